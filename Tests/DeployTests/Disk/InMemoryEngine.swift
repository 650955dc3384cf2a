import Docker
import DockerModel
import Support

@testable import Deploy

/// An Engine's state and responses; it refuses the same removals as the real Engine (moby, `image_delete.go`).
struct InMemoryEngine: Sendable {
    typealias Answer = [StubEngine.Step]

    struct Image: Sendable {
        let id: String
        var tags: [String] = []
        var digests: [String] = []
        var labels: [String: String] = [:]
        /// The paths at which its containers get an anonymous volume.
        var volumes: [String] = []
        var size: Int64 = 10
        var built = Timestamp.hoursAgo(48)
        /// When it last got a name here; nil if it was pulled.
        var tagged: Timestamp? = .hoursAgo(48)
    }

    struct Container: Sendable {
        let name: String
        /// The image's ID.
        let image: String
        var isRunning = false
        var volumes: [String] = []
        /// The names of the images that it mounts.
        var mounted: [String] = []
        var labels: [String: String] = [:]
        /// The request that created it; nil if the test did.
        var request: JSON?
        /// Bytes.
        var written: Int64 = 0
        /// Nil if it cannot be read.
        var log: String? = ""
    }

    struct Volume: Sendable {
        let name: String
        var isAnonymous = true
        var size: Int64 = 10
        var options = "{}"
    }

    struct CacheEntry: Sendable {
        let id: String
        var type = "regular"
        var size: Int64 = 10
        var isInUse = false
        var isShared = false
        var lastUsed = Timestamp.hoursAgo(48)
    }

    var images: [Image] = []
    var containers: [Container] = []
    var volumes: [Volume] = []
    var buildCache: [CacheEntry] = []
    /// Nil for the host's folder.
    var root: String?
    /// Changes to make just before the first response to a request, such as `GET /info`; queries are ignored.
    var meanwhile: [String: @Sendable (inout Self) -> Void] = [:]
    /// Fixed responses that override the state, by the same lines; an empty one ends the connection.
    var answers: [String: Answer] = [:]

    /// - Parameter request: its first line without the version.
    mutating func answer(_ request: String, body: String = "") -> Answer {
        let parts = request.split(separator: "?", maxSplits: 1).map(String.init)
        let (line, query) = (parts[0], parts.count > 1 ? parts[1] : "")
        meanwhile.removeValue(forKey: line)?(&self)
        return answers[line] ?? answer(line, query, body)
    }

    private mutating func answer(_ line: String, _ query: String, _ body: String) -> Answer {
        switch line {
        case "POST /containers/create": return create(body)
        case "GET /_ping": return .answer("OK", headers: ["Api-Version: 1.47"])
        case "GET /info": return .answer(info)
        case "GET /images/json": return .answer(images.map(\.summary).json)
        case "GET /containers/json": return .answer(containers.map(\.summary).json)
        case "GET /volumes": return .answer(#"{"Volumes":\#(volumes.map(\.json).json)}"#)
        case "GET /system/df": return .answer(usage)
        case "POST /build/prune": return pruneBuildCache()
        default: break
        }
        if let name = line.between("GET /images/", "/json") {
            return images.first { $0.isNamed(name) }.map { .answer($0.json) } ?? .failure(404, "No such image")
        }
        if let name = line.between("DELETE /images/", "") { return removeImage(name) }
        if let name = line.between("POST /images/", "/tag") { return tag(name, query) }
        if let name = line.between("DELETE /volumes/", "") { return removeVolume(name) }
        if let id = line.between("DELETE /containers/", "") {
            containers.removeAll { $0.id == id }
            return .answer("", status: "204 No Content")
        }
        if let id = line.between("GET /containers/", "/json"), let container = containers.first(where: { $0.id == id })
        {
            return .answer(container.json)
        }
        if let id = line.between("GET /containers/", "/logs"), let container = containers.first(where: { $0.id == id })
        {
            return container.log.map { .answer($0) } ?? .failure(501, "the driver does not support reading")
        }
        return .failure(404, "nothing at \(line)")
    }

    private mutating func removeImage(_ name: String) -> Answer {
        guard let index = images.firstIndex(where: { $0.isNamed(name) }) else {
            return .failure(404, "No such image: \(name)")
        }
        var image = images[index]
        if name == image.id {
            guard Set(image.references.map(\.repository)).count <= 1, image.tags.count <= 1 else {
                return .failure(409, "image is referenced in multiple repositories")
            }
            image.tags = []
            image.digests = []
        } else {
            image.tags.removeAll { $0 == name }
            image.digests.removeAll { $0 == name }
            // The last tag of a repository takes the repository's digests with it.
            let gone = name.repository
            if !name.contains("@"), !image.tags.contains(where: { $0.repository == gone }) {
                image.digests.removeAll { $0.repository == gone }
            }
        }
        guard image.references.isEmpty else {
            images[index] = image
            return .answer("[]")
        }
        if let user = containers.first(where: { $0.image == image.id }) {
            return .failure(409, "container \(user.name) is using its referenced image")
        }
        images.remove(at: index)
        return .answer("[]")
    }

    private mutating func tag(_ name: String, _ query: String) -> Answer {
        guard let index = images.firstIndex(where: { $0.isNamed(name) }) else {
            return .failure(404, "No such image: \(name)")
        }
        let values = query.split(separator: "&").map { $0.split(separator: "=")[1] }
        let tag = values.joined(separator: ":").replacing("%2F", with: "/")
        for other in images.indices { images[other].tags.removeAll { $0 == tag } }
        images[index].tags.append(tag)
        return .answer("", status: "201 Created")
    }

    private mutating func create(_ body: String) -> Answer {
        guard let request = try? JSON(bytes: body.utf8), case .string(let name) = request["Image"],
            let image = images.first(where: { $0.isNamed(name) })
        else { return .failure(404, "No such image") }
        var container = Container(name: "made\(containers.count)", image: image.id)
        container.request = request
        for (label, value) in request["Labels"].members {
            if case .string(let value) = value { container.labels[label] = value }
        }
        containers.append(container)
        return .answer(#"{"Id":"\#(container.id)","Warnings":[]}"#, status: "201 Created")
    }

    private mutating func removeVolume(_ name: String) -> Answer {
        guard let index = volumes.firstIndex(where: { $0.name == name }) else {
            return .failure(404, "no such volume")
        }
        guard !containers.contains(where: { $0.volumes.contains(name) }) else {
            return .failure(409, "volume is in use")
        }
        volumes.remove(at: index)
        return .answer("", status: "204 No Content")
    }

    /// Removes everything that was unused for a day, as the guard requests.
    private mutating func pruneBuildCache() -> Answer {
        let gone = buildCache.filter { entry in
            !entry.isInUse && !entry.isShared && entry.type == "regular" && entry.lastUsed < .hoursAgo(24)
        }
        buildCache.removeAll { entry in gone.contains { $0.id == entry.id } }
        return .answer(#"{"CachesDeleted":\#(gone.map { "\"\($0.id)\"" }.json)}"#)
    }
}

extension InMemoryEngine.Image {
    fileprivate var references: [String] { tags + digests }

    fileprivate func isNamed(_ name: String) -> Bool {
        name == id || references.contains(name) || tags.contains("\(name):latest")
    }
}

extension InMemoryEngine.Container {
    var id: String { "id-of-\(name)" }
}

extension String {
    /// The part of an image's name before the tag or digest.
    fileprivate var repository: String { String(prefix { $0 != "@" && $0 != ":" }) }

    fileprivate func between(_ start: String, _ end: String) -> String? {
        guard hasPrefix(start), hasSuffix(end), count > start.count + end.count else { return nil }
        return String(dropFirst(start.count).dropLast(end.count))
    }
}

extension Timestamp {
    static func hoursAgo(_ hours: Int64) -> Timestamp {
        Timestamp(nanoseconds: now.nanoseconds - hours * 3_600_000_000_000)
    }
}
