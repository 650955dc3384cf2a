import Glibc
import Linux
import Rules
import SystemPackage

/// Notes it when a person holds or resumes an app: `berth hold` writes a file, and talks to no agent.
struct HoldWatch: Sendable {
    private let inotify: Inotify
    private let host: Host

    init(on host: Host) async throws {
        self.host = host
        inotify = try await Inotify(on: host.eventLoop)
    }

    /// Watches the app's folder; a second call changes nothing.
    func add(_ app: AppName) {
        let folder = Store(app: app, state: host.state).folder.removingLastComponent()
        _ = try? inotify.add(folder, UInt32(IN_MOVED_TO | IN_DELETE | IN_ONLYDIR))
    }

    /// Runs until the task is cancelled.
    func run() async throws {
        try await inotify.run { events in
            if events.contains(where: { $0.name == Store.holdName || $0.watch < 0 }) {
                host.happenings.note(.holdChanged)
            }
            return true
        }
    }
}
