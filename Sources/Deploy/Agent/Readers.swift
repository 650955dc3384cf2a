import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Lets the users that the settings name read the records of an app.
///
/// In the folder above all apps they may only pass through.
struct Readers {
    let state: FilePath
    let log: Logger

    /// - Parameter settings: those of all apps, since the folder above them must let all these users through.
    func apply(_ settings: Settings) {
        var all: Set<uid_t> = []
        for name in Set((try? Store.apps(in: state)) ?? []).union(settings.apps.keys).sorted() {
            guard let users = users(settings.apps[name]?.readers ?? [], of: name) else { continue }
            all.formUnion(users)
            grant(users, of: name)
        }
        set(Self.list(.search, all), on: state)
    }

    private func grant(_ users: Set<uid_t>, of app: AppName) {
        let folder = Store(app: app, state: state).folder
        set(Self.list(.search, users), on: folder.removingLastComponent())
        // It says which users the records in it have, so it comes last.
        let newFiles = Self.list(.read, users)
        if !newFiles.isSet(on: folder, .newFiles) {
            let record = AccessList(owner: [.read, .write], group: .read, users: Self.each(users, .read))
            for name in (try? File.names(in: folder)) ?? [] { set(record, on: folder.appending(name)) }
            set(newFiles, on: folder, .newFiles)
        }
        set(Self.list([.read, .search], users), on: folder)
    }

    private func set(_ list: AccessList, on path: FilePath, _ place: AccessList.Place = .file) {
        do throws(Errno) {
            try list.set(on: path, place)
        } catch .noSuchFileOrDirectory {
            // A record that was removed meanwhile.
        } catch {
            log.warning("\(path) cannot be shared with the readers of the settings: \(error); see who owns it")
        }
    }

    /// The list of a folder of berth's.
    private static func list(_ rights: AccessList.Rights, _ users: Set<uid_t>) -> AccessList {
        AccessList(owner: [.read, .write, .search], group: [.read, .search], users: each(users, rights))
    }

    private static func each(_ users: Set<uid_t>, _ rights: AccessList.Rights) -> [uid_t: AccessList.Rights] {
        Dictionary(users.map { ($0, rights) }) { one, _ in one }
    }

    // MARK: - Users

    /// - Returns: nil if a user is not known now, so that nothing is taken from the one who was meant.
    private func users(_ names: [String], of app: AppName) -> Set<uid_t>? {
        var users: Set<uid_t> = []
        for name in names {
            guard let account = Account(name) else {
                log.warning(
                    "\(app): readers names \(name), and there is no such user; correct the settings, or make the user"
                )
                return nil
            }
            // A user's own entry would count in place of the group, which may do more.
            if !isInGroup(account) { users.insert(account.id) }
        }
        return users
    }

    /// Whether a user may read all records by the group of the state folder.
    private func isInGroup(_ account: Account) -> Bool {
        var status = stat()
        return stat(state.string, &status) == 0 && account.groups.contains(status.st_gid)
    }
}
