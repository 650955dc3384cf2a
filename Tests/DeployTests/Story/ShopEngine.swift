import Docker
import DockerModel
import Support
import SystemPackage

/// The Engine of a host with one app, `shop`, and its one service, `app`: images, registry and container.
struct ShopEngine: Sendable {
    struct Container: Equatable, Sendable {
        let id: String
        let image: String
        /// Of one that is not the app's own.
        var labels = ["berth.hold": "shop"]
        var isUp = true
    }

    /// The image of each name.
    var names: [String: String] = [:]
    /// The images in the registry, which a pull brings.
    var registry = ["shop:v1": "sha256:v1", "shop:v2": "sha256:v2", "shop:v3": "sha256:v3"]
    var container: Container?
    /// The images that came from a registry, as far as their digests tell.
    var pulled: Set<String> = []
    /// The containers that hold images.
    var holds: [Container] = []
    /// The containers of other services of the project, and those that a person has made.
    var beside: [Container] = []
    /// Those that a start of services makes.
    var absent: [Container] = []
    /// The labels of each image, which its containers get too.
    var imageLabels: [String: String] = [:]
    /// The name of the image of another project's container, made when it stood for v3; nil for none.
    var other: String?
    /// How many images and containers there are that berth has nothing to do with.
    var strangers = 0
    /// The networks of the project.
    var networks: [String] = []
    /// The images that never become healthy.
    var bad: Set<String> = []
    /// The containers that hooks have left, each with its exit code.
    var hooks: [String: Int] = [:]
    /// The hook container that `up` leaves, by the tag.
    var hookOfUp: [String: String] = [:]
    /// Whether the app was stopped.
    var isDown = false
    /// Fixed responses that override the state, by the request's first line without its query.
    var answers: [String: [StubEngine.Step]] = [:]
    /// The mounts of the app's container, as JSON.
    var mounts = "[]"
    /// How many archives are unpacked halfway only.
    var tornArchives = 0
    /// The app's folder.
    var directory = ""
    private var made = 0

    /// Applies a command of the scripted `docker` to the Engine: `pull v2`, `up v1`.
    mutating func apply(_ effect: String) {
        let words = effect.split(separator: " ").map(String.init)
        let name = "shop:\(words.last ?? "")"
        switch words.first {
        case "pull": names[name] = registry[name]
        case "fetch": names[words[1]] = registry[words[1]]
        case "start":
            beside += absent
            absent = []
            for index in beside.indices { beside[index].isUp = true }
        case "up":
            if let hook = hookOfUp[String(words.last ?? "")] { hooks[hook] = 1 }
            isDown = false
            guard let image = names[name], container?.image != image else { return }
            made += 1
            container = Container(id: "container\(made)", image: image)
        default: break
        }
    }

    mutating func answer(_ line: String, body: String) -> [StubEngine.Step] {
        if line == "POST /containers/create" { return hold(body) }
        let parts = line.split(separator: "?", maxSplits: 1).map(String.init)
        if let answer = answers[parts[0]] { return answer }
        switch parts[0] {
        case "GET /_ping": return .answer("OK", headers: ["Api-Version: 1.47"])
        case "GET /info": return .answer(#"{"ServerVersion":"28.5.1","DockerRootDir":"/","Driver":"overlay2"}"#)
        case "GET /system/df", "POST /build/prune": return .answer("{}")
        case "GET /volumes": return .answer(#"{"Volumes":[]}"#)
        case "POST /auth": return .answer("{}")
        case "GET /events": return .chunkedHead + [.awaitHangUp(Latch())]
        case "GET /images/json":
            // None is without a name.
            if parts.count > 1, parts[1].contains("dangling") { return .answer("[]") }
            let isFiltered = parts.count > 1 && parts[1].contains("reference")
            let others = (0..<(isFiltered ? 0 : strangers)).map { number in
                #"{"Id":"sha256:s\#(number)","RepoTags":["s:\#(number)"],"RepoDigests":[],"Size":1,"Created":1}"#
            }
            return .answer(list(Set(names.values).sorted().map { summary($0) } + others))
        case "GET /containers/json":
            let isOfProject = parts.count > 1 && parts[1].contains("compose.project")
            let isFiltered = parts.count > 1 && parts[1].contains("filters")
            let more = (0..<(isFiltered ? 0 : strangers)).map { number in
                summary(Container(id: "stranger\(number)", image: "sha256:s\(number)", labels: [:]))
            }
            let others = (holds + beside).filter { !isOfProject || $0.labels[Labels.project] == "shop" }.map {
                summary($0)
            }
            let stranger = isOfProject ? nil : other.map(stranger)
            let hooks = hooks.keys.sorted().map { summary(hook: $0) }
            return .answer(
                list(
                    [stranger].compactMap { $0 } + (container.map { [summary(app: $0)] } ?? []) + hooks + others + more
                )
            )
        case "GET /networks": return .answer(list(networks.map { #"{"Name":"\#($0)"}"# }))
        case "POST /images/create", "POST /containers/create": return .answer("{}")
        case "PUT /containers/berth-files-shop/archive":
            let isTorn = tornArchives > 0
            if isTorn { tornArchives -= 1 }
            let isWhole = (try? unpackArchive(Array(body.utf8), in: FilePath(directory), isTorn: isTorn)) != nil
            return isWhole && !isTorn ? .answer("") : .failure(500, "cannot unpack")
        default: return answer(about: parts[0], query: parts.count > 1 ? parts[1] : "")
        }
    }

    private mutating func answer(about line: String, query: String) -> [StubEngine.Step] {
        let words = line.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        let name = words.dropFirst(2).joined(separator: "/")
        switch (words[0].trimmed, words[1], words.last) {
        case ("GET", "images", "json"):
            let image = id(of: String(name.dropLast("/json".count)))
            return image.map { .answer(json($0)) } ?? .failure(404, "No such image")
        case ("POST", "images", "tag"):
            guard let image = id(of: String(name.dropLast("/tag".count))) else { return .failure(404, "No such image") }
            names[query.split(separator: "&").map { $0.split(separator: "=")[1] }.joined(separator: ":").decoded] =
                image
            return .answer("", status: "201 Created")
        case ("DELETE", "images", _):
            return names.removeValue(forKey: name) == nil ? .failure(404, "No such image") : .answer("[]")
        case ("GET", "containers", "json") where hooks[words[2]] != nil: return .answer(inspect(hook: words[2]))
        case ("DELETE", "containers", let id?) where hooks[id] != nil:
            hooks[id] = nil
            return .answer("", status: "204 No Content")
        case ("DELETE", "containers", _):
            holds.removeAll { $0.id == name }
            beside.removeAll { $0.id == name }
            return .answer("", status: "204 No Content")
        case ("GET", "containers", "json") where (holds + beside).contains { $0.id == words[2] }:
            return (holds + beside).first { $0.id == words[2] }.map { .answer(inspect(other: $0)) } ?? []
        case ("GET", "containers", "json"): return container.map { .answer(inspect($0)) } ?? .failure(404, "none")
        case ("GET", "containers", "logs"): return .answer("")
        default: return .failure(404, "nothing at \(line)")
        }
    }

    private mutating func hold(_ body: String) -> [StubEngine.Step] {
        guard let request = try? JSON(bytes: body.utf8), case .string(let name) = request["Image"],
            let image = id(of: name)
        else { return .failure(404, "No such image") }
        made += 1
        let labels = (try? request["Labels"].decode(as: [String: String].self)) ?? [:]
        let merged = imageLabels.merging(labels) { $1 }
        holds.append(Container(id: "hold\(made)", image: image, labels: merged, isUp: false))
        return .answer(#"{"Id":"hold\#(made)"}"#, status: "201 Created")
    }

    private func id(of name: String) -> String? { names[name] ?? (names.values.contains(name) ? name : nil) }

    private func json(_ image: String) -> String {
        """
        {"Id":"\(image)","RepoTags":\(tags(of: image)),"RepoDigests":\(digests(of: image)),"Size":1,
        "Config":{"Labels":\(text(imageLabels))}}
        """
    }

    private func digests(of image: String) -> String { pulled.contains(image) ? #"["a@sha256:1"]"# : "[]" }

    private func summary(_ image: String) -> String {
        #"{"Id":"\#(image)","RepoTags":\#(tags(of: image)),"RepoDigests":[],"Size":1,"Created":1}"#
    }

    private func tags(of image: String) -> [String] { names.filter { $0.value == image }.keys.sorted() }

    private func list(_ elements: [String]) -> String { "[\(elements.joined(separator: ","))]" }

    private var labels: String {
        """
        {"com.docker.compose.project":"shop","com.docker.compose.service":"app","com.docker.compose.oneoff":"False",
        "com.docker.compose.project.working_dir":"\(directory)"}
        """
    }

    private var hookLabels: String {
        """
        {"com.docker.compose.project":"shop","com.docker.compose.service":"app","com.docker.compose.hook":"pre_start"}
        """
    }

    private func summary(hook id: String) -> String {
        """
        {"Id":"\(id)","Names":["/\(id)"],"Image":"hook","ImageID":"sha256:hook","State":"exited","Labels":\(hookLabels)}
        """
    }

    private func inspect(hook id: String) -> String {
        """
        {"Id":"\(id)","Name":"/\(id)","Image":"sha256:hook","Config":{"Image":"hook","Labels":\(hookLabels)},
        "State":{"Status":"exited","Running":false,"ExitCode":\(hooks[id] ?? 0)}}
        """
    }

    private func summary(app container: Container) -> String {
        // The Engine shows the name that the container was made from as long as it stands for the image.
        let name = tags(of: container.image).first { $0.hasPrefix("shop:") } ?? container.image
        return """
            {"Id":"\(container.id)","Names":["/shop-app-1"],"Image":"\(name)","ImageID":"\(container.image)",
            "State":"\(isDown ? "exited" : "running")","Labels":\(labels),"Mounts":\(mounts)}
            """
    }

    private func summary(_ other: Container) -> String {
        """
        {"Id":"\(other.id)","Names":["/\(other.id)"],"Image":"\(other.image)","ImageID":"\(other.image)",
        "State":"\(other.isUp ? "running" : "created")","Labels":\(text(other.labels))}
        """
    }

    private func inspect(other: Container) -> String {
        """
        {"Id":"\(other.id)","Name":"/\(other.id)","Image":"\(other.image)",
        "Config":{"Image":"\(other.image)","Labels":\(text(other.labels))},
        "State":{"Status":"\(other.isUp ? "running" : "created")","Running":\(other.isUp),"ExitCode":0,
        "StartedAt":"2026-01-01T00:00:00Z"}}
        """
    }

    private func text(_ labels: [String: String]) -> String {
        (try? JSON.object(labels.mapValues(JSON.string)).bytes()).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private func stranger(_ image: String) -> String {
        """
        {"Id":"other","Names":["/blog-web-1"],"Image":"\(image)","ImageID":"sha256:v3","State":"running",
        "Labels":{"com.docker.compose.project":"blog","com.docker.compose.service":"web",
        "com.docker.compose.oneoff":"False"}}
        """
    }

    private func inspect(_ container: Container) -> String {
        let health = bad.contains(container.image) ? "unhealthy" : "healthy"
        return """
            {"Id":"\(container.id)","Name":"/shop-app-1","Image":"\(container.image)",
            "Config":{"Image":"shop","Labels":\(labels),"Healthcheck":{"Test":["CMD","true"]}},
            "State":{"Status":"running","Running":true,"ExitCode":0,"StartedAt":"2026-01-01T00:00:00Z",
            "Health":{"Status":"\(health)","FailingStreak":0,"Log":[]}}}
            """
    }
}

extension ShopEngine.Container {
    /// What `docker compose build` gives an image of the app, and the Engine each container of it.
    static let built = ["com.docker.compose.project": "shop", "com.docker.compose.service": "app"]

    /// What a person runs from such an image.
    static let byHand = Self(id: "by-hand", image: "sha256:v3", labels: built)
}

extension String {
    fileprivate var trimmed: String { String(prefix { $0 != " " }) }
    fileprivate var decoded: String { replacing("%2F", with: "/").replacing("%3A", with: ":") }
}
