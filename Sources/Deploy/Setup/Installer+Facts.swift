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
        facts.userGroups = Set((account?.groups ?? []).map(Account.groupName(of:)))
        facts.userHasShell =
            account.map { !["nologin", "false"].contains(FilePath($0.shell).lastComponent?.string) } ?? true
        let apps = try hostFile.load().apps
        facts.otherApps = apps.values.filter { $0.name != app && FileFacts($0.spool)?.owner == user }.map(\.name)
            .sorted()
        facts.known = apps[app].map { app in
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
        facts.realDirectory = (try? File.resolved(directory))?.string
        add(to: &facts, readBy: berth)
        return facts
    }

    /// What the folder has.
    private func add(to facts: inout SetupFacts, readBy berth: Account) {
        do throws(Errno) {
            add(to: &facts, from: try HeldFolder(directory), readBy: berth)
        } catch {
            var status = stat()
            guard error != .noSuchFileOrDirectory, lstat(directory.string, &status) == 0 else { return }
            facts.folder = SetupFacts.File(nil, directory, status)
        }
    }

    private func add(to facts: inout SetupFacts, from folder: borrowing HeldFolder, readBy berth: Account) {
        facts.folder = file(nil, in: folder, [.read, .search], of: berth)
        facts.environment = file(".env", in: folder, .read, of: berth)
        for path in ComposeFiles.chosen(in: directory) {
            guard let name = path.lastComponent?.string else { continue }
            if let file = file(name, in: folder, .read, of: berth) { facts.composeFiles.append(file) }
        }
    }

    /// - Parameter rights: what user berth needs.
    private func file(
        _ name: String?,
        in folder: borrowing HeldFolder,
        _ rights: AccessList.Rights,
        of berth: Account
    ) -> SetupFacts.File? {
        guard let status = folder.status(of: name) else { return nil }
        let groups = berth.groups + [Account.group(named: "docker")].compactMap { $0 }
        var file = SetupFacts.File(name, name.map { directory.appending($0) } ?? directory, status)
        file.members = Account.members(of: status.st_gid)
        file.isListed = folder.lists(name, rights, for: berth.id, in: Set(groups))
        return file
    }
}

extension SetupFacts.File {
    init(_ name: String?, _ path: FilePath, _ status: stat) {
        self.init(
            name: name,
            facts: FileFacts(path, status),
            identity: Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)),
            links: UInt64(status.st_nlink)
        )
    }

    /// Whether this is still the file, with nothing of it changed.
    func `is`(_ status: stat) -> Bool {
        let now = Self(name, FilePath(facts.path), status)
        return (now.facts, now.identity, now.links) == (facts, identity, links)
    }
}
