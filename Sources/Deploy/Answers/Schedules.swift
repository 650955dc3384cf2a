import Glibc
import Linux
import Rules
import SystemPackage

/// What runs by itself on this host: crontabs, the scripts of cron, and the sysadmin's own units.
package struct Schedules: Sendable {
    /// What prunes.
    private(set) var lines: [PruneLine] = []
    /// What could not be looked at.
    private(set) var unseen: [Finding] = []

    /// Nothing was looked at.
    package static let none = Schedules()

    private init() {}

    /// - Parameter root: the folder that holds `etc` and `var`.
    package init(below root: FilePath) {
        read(root.appending("etc/crontab"))
        for folder in ["etc/cron.d", "etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly", "etc/cron.monthly"] {
            read(allIn: root.appending(folder))
        }
        read(allIn: root.appending("var/spool/cron/crontabs"))
        // Units of packages are elsewhere, and none is known that prunes.
        read(allIn: root.appending("etc/systemd/system"), named: ".service", startsWith: "Exec")
    }

    private mutating func read(allIn folder: FilePath, named suffix: String = "", startsWith prefix: String = "") {
        do throws(Errno) {
            for name in try File.names(in: folder).sorted() where name.hasSuffix(suffix) {
                read(folder.appending(name), startsWith: prefix)
            }
        } catch {
            miss(folder, error)
        }
    }

    private mutating func read(_ path: FilePath, startsWith prefix: String = "") {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
            let text = try file.closeAfter { () throws -> [UInt8]? in
                var status = stat()
                guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
                return try File.read(file, limit: 1 << 20)
            }
            guard let text else { return }
            lines += PruneLine.find(in: String(decoding: text, as: UTF8.self), of: path.string, startsWith: prefix)
        } catch {
            miss(path, error as? Errno ?? .ioError)
        }
    }

    private mutating func miss(_ path: FilePath, _ error: Errno) {
        guard error != .noSuchFileOrDirectory else { return }
        let problem = "cannot be read, so it is not known whether a job in it prunes: \(error)"
        unseen.append(Finding(.note, .unseen, "\(path)", problem, try: "run berth check with sudo"))
    }
}
