import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Lets the users that the settings name read the records of an app, and nothing else of berth's.
struct Readers {
    let state: FilePath
    let log: Logger

    /// - Parameter settings: those of all apps, since the folder above them must let all these users through.
    func apply(_ settings: Settings) {
        var all: Set<uid_t> = []
        for (name, app) in settings.apps.sorted(by: { $0.key < $1.key }) {
            let users = Set(app.readers.compactMap { user(named: $0, of: name) })
            all.formUnion(users)
            grant(users, of: name)
        }
        attempt { () throws(Errno) in try Self.list(.search, all).set(on: state) }
    }

    private func grant(_ users: Set<uid_t>, of app: AppName) {
        let folder = Store(app: app, state: state).folder
        attempt { () throws(Errno) in
            try Self.list(.search, users).set(on: folder.removingLastComponent())
            try Self.list([.read, .search], users).set(on: folder)
            // What is there already, unless it was looked at with these users before.
            guard try Self.list(.read, users).set(on: folder, .newFiles) else { return }
            let record = AccessList(owner: [.read, .write], group: .read, users: Self.each(users, .read))
            for name in try File.names(in: folder) { try record.set(on: folder.appending(name)) }
        }
    }

    /// The list of a folder of berth's.
    private static func list(_ rights: AccessList.Rights, _ users: Set<uid_t>) -> AccessList {
        AccessList(owner: [.read, .write, .search], group: [.read, .search], users: each(users, rights))
    }

    private static func each(_ users: Set<uid_t>, _ rights: AccessList.Rights) -> [uid_t: AccessList.Rights] {
        Dictionary(users.map { ($0, rights) }) { one, _ in one }
    }

    private func user(named name: String, of app: AppName) -> uid_t? {
        if let entry = getpwnam(name) { return entry.pointee.pw_uid }
        log.warning("\(app): readers names \(name), and there is no such user; correct the settings, or make the user")
        return nil
    }

    private func attempt(_ body: () throws(Errno) -> Void) {
        do throws(Errno) {
            try body()
        } catch {
            log.warning("readers have no effect: \(state) takes no access control list: \(error)")
        }
    }
}
