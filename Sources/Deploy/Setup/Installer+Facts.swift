import Glibc
import Linux
import Rules
import SystemPackage

/// What is there.
extension Installer {
    func facts() async throws -> SetupFacts {
        guard let berth = Account("berth") else {
            let hint = "install berth, and run systemd-sysusers berth.conf"
            throw Failure(.setupRefused, "user berth", "does not exist", hint: hint)
        }
        guard directory.components.count > 0, directory.string != Account("root")?.home.string else {
            throw Failure(
                .setupRefused,
                "\(directory)",
                "is no folder for an app",
                hint: "make one, such as /srv/\(app)"
            )
        }
        let settingsFile = hostFile.fragment(of: app)
        var facts = SetupFacts(app: app, directory: directory.string, user: user, settingsFile: settingsFile.string)
        facts.registry = registry
        facts.groups = Set(berth.groups.map(Account.groupName(of:)) + ["docker"])
        let account = Account(user)
        facts.userExists = account != nil
        facts.userHasShell =
            account.map { !["nologin", "false"].contains(FilePath($0.shell).lastComponent?.string) } ?? true
        facts.known = try hostFile.load().apps[app].map { app in
            SetupFacts.Known(
                directory: app.directory.string,
                spool: app.spool.string,
                readers: app.readers,
                registry: app.registry
            )
        }
        facts.hasSettingsFile = File.exists(settingsFile)
        facts.spool = FileFacts(FilePath(facts.spoolPath), followsLinks: false)
        facts.agentRuns = await host.agentRuns == true
        add(to: &facts)
        return facts
    }

    /// What the folder has.
    private func add(to facts: inout SetupFacts) {
        do throws(Errno) {
            add(to: &facts, from: try HeldFolder(File.resolved(directory)))
        } catch {
            guard error != .noSuchFileOrDirectory else { return }
            facts.folder = FileFacts(directory).map(SetupFacts.File.init(special:))
        }
    }

    private func add(to facts: inout SetupFacts, from folder: borrowing HeldFolder) {
        facts.folder = file(nil, folder)
        facts.environment = file(".env", folder)
        for path in ComposeFiles.chosen(in: directory) {
            guard let name = path.lastComponent?.string, let file = file(name, folder) else { continue }
            facts.composeFiles.append(file)
        }
    }

    private func file(_ name: String?, _ folder: borrowing HeldFolder) -> SetupFacts.File? {
        guard let status = folder.status(of: name) else { return nil }
        let own = getpwuid(status.st_uid)?.pointee.pw_gid
        return SetupFacts.File(
            name: name,
            facts: FileFacts(name.map { directory.appending($0) } ?? directory, status),
            links: UInt64(status.st_nlink),
            hasOwnGroup: status.st_gid == 0 || status.st_gid == own
        )
    }
}

extension SetupFacts.File {
    fileprivate init(special facts: FileFacts) {
        self.init(name: nil, facts: facts, links: 1, hasOwnGroup: true)
    }
}
