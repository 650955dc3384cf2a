import Glibc
import Linux
import Logging
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

/// An answer reads the history of an app, which may have thousands of records, only once.
@Suite(.timeLimit(.minutes(1))) struct ReadOnceTests {
    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func aCheckOfTheHost() async throws {
        try await withStoryHost { host in
            let file = host.app.directory.removingLastComponent().appending("berth.toml")
            try write("[apps.shop]\ndirectory = \"\(host.app.directory)\"\n", to: file)
            let inspector = Inspector(hostFile: HostFile(file), host: host.host, log: log, viewer: .agent)
            let reads = try await readings(of: host.index) {
                _ = try await Task(executorPreference: host.host.executor) { try await inspector.findings() }.value
            }
            #expect(reads == 1)
        }
    }

    @Test func aPlan() async throws {
        try await withStoryHost { host in
            var settings = Settings()
            settings.apps[host.app.name] = host.app
            let planner = Planner(app: host.app, settings: settings, host: host.host, log: log)
            let reads = try await readings(of: host.index) {
                let plan = try await Task(executorPreference: host.host.executor) {
                    try await planner.plan(Array("IMAGE_TAG=v2\n".utf8))
                }.value
                #expect(plan.verdict == nil && plan.room != nil)
            }
            #expect(reads == 1)
        }
    }

    /// How often a file is opened and closed again while `body` runs.
    private func readings(of file: FilePath, _ body: () async throws -> Void) async throws -> Int {
        let watch = FileDescriptor(rawValue: inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC)))
        defer { try? watch.close() }
        // The kernel makes one event of several that are equal and follow each other.
        try #require(inotify_add_watch(watch.rawValue, file.string, UInt32(IN_OPEN | IN_CLOSE_NOWRITE)) >= 0)
        try await body()
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = try buffer.withUnsafeMutableBytes { try watch.read(into: $0) }
        return count / MemoryLayout<inotify_event>.size / 2
    }
}

extension StoryHost {
    fileprivate var index: FilePath { host.state.appending("shop").appending("history") }
}
