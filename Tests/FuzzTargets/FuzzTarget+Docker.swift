import Docker
import DockerModel
import FoundationEssentials
import Rules
import SystemPackage

extension FuzzTarget {
    /// The Engine's answers become models. The first byte says which.
    static let engine = FuzzTarget("engine") { bytes in
        let body = Array(bytes.dropFirst())
        switch bytes.first {
        case UInt8(ascii: "c"): try decode(Container.self, body).map(checkContainer)
        case UInt8(ascii: "s"): decode([ContainerSummary].self, body)?.forEach { _ = ($0.name, $0.mountedImages) }
        case UInt8(ascii: "i"): try decode(Image.self, body).map { try checkImage($0.names, $0.size, $0.created) }
        case UInt8(ascii: "l"):
            try decode([ImageSummary].self, body)?.forEach { try checkImage($0.names, $0.size, $0.created) }
        case UInt8(ascii: "d"): try decode(DiskUsage.self, body).map(checkUsage)
        case UInt8(ascii: "v"): decode([Volume].self, body)?.forEach { _ = $0.isAnonymous }
        case UInt8(ascii: "n"): _ = decode(EngineInfo.self, body)
        case UInt8(ascii: "a"): try checkLogins(body)
        case UInt8(ascii: "t"): try checkTexts(body.text)
        default: try checkDocument(body)
        }
    }

    static func decode<Answer: Decodable>(_ type: Answer.Type, _ body: [UInt8]) -> Answer? {
        try? JSONDecoder().decode(type, from: Data(body))
    }

    private static let exitCodes = Int(Int32.min)...Int(Int32.max)

    private static func checkContainer(_ container: Container) throws {
        try hold("an exit code has 32 bits", exitCodes ~= container.state.exitCode)
        try hold("a count has 31 bits", 0...Int(Int32.max) ~= container.restartCount)
        if let healthcheck = container.healthcheck { try checkHealthcheck(healthcheck) }
        try checkMoment(container.state.startedAt)
        for probe in container.state.health?.log ?? [] {
            try hold("an exit code has 32 bits", exitCodes ~= probe.exitCode)
            try checkMoment(probe.start)
            try checkMoment(probe.end)
            if let start = probe.start, let end = probe.end {
                try hold("time has a direction", (end - start < .zero) == (end < start))
            }
        }
        let lines = container.state.health?.log.map(\.output) ?? []
        let evidence = Evidence.Container(container, log: lines, Redaction(secrets: [container.name]))
        try hold("a log is cut", evidence.log.count <= Excerpt.lineLimit)
    }

    static func checkHealthcheck(_ healthcheck: Healthcheck) throws {
        let times = [healthcheck.interval, healthcheck.timeout, healthcheck.startPeriod, healthcheck.allowance]
        try hold("a healthcheck's times are a day at most", times.allSatisfy { .zero...Duration.day ~= $0 })
        try hold("a healthcheck is tried 1000 times at most", 1...1000 ~= healthcheck.retries)
    }

    /// No arithmetic on a moment traps, and its text is the same moment.
    static func checkMoment(_ moment: Timestamp?) throws {
        guard let moment else { return }
        _ = moment + .day
        try hold("a moment is what it says", Timestamp(moment.description) == moment)
        try hold("milliseconds are a part of it", Timestamp(moment.inMilliseconds).map { $0 <= moment } == true)
    }

    private static func checkImage(_ names: ImageNames, _ size: Int64, _ created: Timestamp?) throws {
        try hold("a size is a pebibyte at most", 0...1 << 50 ~= size)
        try hold("no name comes twice", Set(names.digests).count == names.digests.count)
        try hold("a tag names no digest", names.tags.allSatisfy { $0.digest == nil })
        _ = (names.isFromRegistry, created.map { $0 + .day }, names.tags.map(\.familiar))
    }

    private static func checkUsage(_ usage: DiskUsage) throws {
        let sizes =
            [usage.layersSize] + usage.images.map(\.size) + usage.images.compactMap(\.sharedSize)
            + usage.containers.map(\.size) + usage.volumes.compactMap(\.size) + usage.buildCache.map(\.size)
        try hold("a size is a pebibyte at most", sizes.allSatisfy { 0...1 << 50 ~= $0 })
        try hold("the sum is not negative", sizes.sum() >= 0)
    }

    private static func checkLogins(_ body: [UInt8]) throws {
        guard let before = try? ClientConfiguration.logins(in: body) else { return }
        let credential = RegistryCredential(registry: "registry.example", username: "ci", secret: Secret("token"))
        let after = try ClientConfiguration.adding(credential, to: body, pluginDirectory: "/usr/lib/docker")
        let logins = try ClientConfiguration.logins(in: after)
        try hold(
            "the login is added",
            logins.contains { $0.registry == credential.registry && $0.secret == credential.secret }
        )
        let others = before.filter { $0.registry != credential.registry }
        try hold(
            "the other logins stay",
            logins.filter { $0.registry != credential.registry }.map(\.secret) == others.map(\.secret)
        )
        try hold("the plugins are found", try ClientConfiguration.pluginFolders(in: after).last == "/usr/lib/docker")
    }

    /// The small texts within the models.
    private static func checkTexts(_ text: String) throws {
        if let moment = Timestamp(text) { try checkMoment(moment) }
        if let duration = Duration(go: text) { try hold("a duration is not negative", duration >= .zero) }
        if let size = Int64(bytes: text) { try hold("a size is not negative", size >= 0) }
        if let version = DockerVersion(text) {
            try hold("a version is what it says", DockerVersion("\(version)") == version)
        }
        if let version = APIVersion(text) { try hold("a version is what it says", APIVersion("\(version)") == version) }
        if let path = ReleasePath(text) { try checkPath(path) }
        if let name = AppName(text) {
            try hold("a name is a part of a path", !name.description.utf8.contains(UInt8(ascii: "/")))
        }
        let reference = ImageReference(rawValue: text)
        try hold("a tagged name has a tag", reference.tagged.tag != nil || reference.tagged.digest != nil)
        if let pattern = RepositoryPattern(text), !text.contains("*") {
            try hold("a repository matches itself", pattern.matches(reference))
        }
        let expressions = Expressions(in: text)
        let back = expressions.putBack(.string(expressions.text)).text
        try hold("expressions are put back", back?.isSame(as: text) == true)
    }

    static func checkPath(_ path: ReleasePath) throws {
        let isName = { (name: String) in
            !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
        }
        try hold("a path stays in the app's folder", path.components.allSatisfy(isName))
        try hold("a path is what it says", ReleasePath(path.description)?.components == path.components)
    }

    private static func checkDocument(_ body: [UInt8]) throws {
        guard let document = try? JSON(bytes: body) else { return }
        let written = try document.bytes()
        let again = try JSON(bytes: written)
        try hold("a document that was written says the same", try again.bytes() == written)
        try hold("lines change nothing", try JSON(bytes: document.bytes(lines: true)).bytes() == written)
        _ = (ComposeModel.environmentFiles(in: document), ImageUse("web", at: "pre_start.0").name(in: document))
    }

    /// The Engine's events come in chunks; the form feed ends the first one.
    static let events = FuzzTarget("events") { bytes in
        let (first, second) = bytes.halves
        _ = try checkEvents(ImageEvent.self, first, second)
        for event in try checkEvents(Event.self, first, second) {
            try hold("a moment is not before 1970", event.time.nanoseconds >= 0)
            _ = event.time + .day
        }
    }

    private static func checkEvents<Element: Decodable & Equatable>(
        _ type: Element.Type,
        _ first: [UInt8],
        _ second: [UInt8]
    ) throws -> [Element] {
        var (one, two) = (EventLines<Element>(), EventLines<Element>())
        let chunked = try? one.append(first) + one.append(second)
        let whole = try? two.append(first + second)
        try hold("events do not depend on the chunks", chunked == whole)
        return whole ?? []
    }
}
