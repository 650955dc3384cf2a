import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Sets an app up: finds what is there, and does what ``SetupFacts/setup()`` says.
package struct Installer: Sendable {
    let app: AppName
    /// As root has named it.
    let directory: FilePath
    let user: String
    let registry: String?
    let hostFile: HostFile
    let host: Host

    package init(
        app: AppName,
        directory: FilePath,
        user: String,
        registry: String?,
        hostFile: HostFile,
        host: Host
    ) {
        self.app = app
        self.directory = directory
        self.user = user
        self.registry = registry
        self.hostFile = hostFile
        self.host = host
    }

    /// What is to be done; nothing is changed.
    package func plan() async throws -> Setup {
        guard geteuid() == 0 else {
            throw Failure(.setupRefused, "berth init", "changes owners and settings", hint: "run it with sudo")
        }
        let setup = try await facts().setup()
        // A mistake must show before anything is changed.
        if case .write(let file, let text)? = setup.steps.first(where: \.isWrite) {
            _ = try hostFile.load(with: (FilePath(file), text))
        }
        return setup
    }

    /// Does one step.
    package func apply(_ step: Setup.Step) async throws {
        switch step {
        case .makeUser(let name):
            // A star is no password, and unlike `!` it does not lock the account for sshd.
            try await run("useradd", "--create-home", "--shell", "/bin/bash", "--password", "*", "--", name)
        case .ownSpool(let path, let owner): try ownSpool(FilePath(path), owner)
        case .share(let file, let rights): try share(file, rights)
        case .write(let file, let text):
            try explained(file, "cannot be written") { () throws(Errno) in
                try File.makeFolder(FilePath(file).removingLastComponent(), mode: .forAll(.ownerReadWriteExecute))
                try File.replace(FilePath(file), with: Array(text.utf8), mode: .ownerReadWrite)
                // Whatever the mask of the person: user berth reads it.
                guard chmod(file, 0o644) == 0 else { throw Errno(rawValue: errno) }
            }
        case .reloadAgent: try await run("systemctl", "reload", "berth.service")
        }
    }

    private func share(_ file: SetupFacts.File, _ rights: mode_t) throws {
        var isSame = false
        try explained(file.facts.path, "cannot be shared with group berth") { () throws(Errno) in
            let folder = try HeldFolder(directory)
            isSame = try folder.share(file.name, with: Self.group(), adding: rights) { file.is($0) }
        }
        guard isSame else {
            let hint = "see who changes it, and run berth init again"
            throw Failure(.setupRefused, file.facts.path, "has changed since berth looked at it", hint: hint)
        }
    }

    /// The folder of all spools belongs to root, so no other user can put a link in the spool's place.
    private func ownSpool(_ path: FilePath, _ owner: String) throws {
        try explained("\(path)", "cannot be made") { () throws(Errno) in
            guard let account = Account(owner) else { throw .noSuchAddressOrDevice }
            try File.makeFolder(path.removingLastComponent(), mode: .forAll(.ownerReadWriteExecute))
            try File.makeFolder(path, mode: .ownerReadWriteExecute)
            let folder = try HeldFolder(
                File.resolved(path.removingLastComponent()).appending(path.lastComponent?.string ?? "")
            )
            try folder.own(by: account.id, Self.group(), mode: 0o2770)
        }
    }

    private static func group() throws(Errno) -> gid_t {
        guard let group = Account.group(named: "berth") else { throw .noSuchAddressOrDevice }
        return group
    }

    private func explained(_ subject: String, _ problem: String, _ body: () throws(Errno) -> Void) throws(Failure) {
        do throws(Errno) {
            try body()
        } catch {
            throw Failure(.setupRefused, subject, "\(problem): \(error)", hint: "mend that, and run berth init again")
        }
    }

    private func run(_ executable: String, _ arguments: String...) async throws {
        let command = Command(
            executable: executable,
            arguments: arguments,
            environment: host.environment,
            directory: "/",
            timeout: .seconds(60)
        )
        _ = try await host.processes.capture(command, limit: 1 << 16)
    }
}

extension Setup.Step {
    fileprivate var isWrite: Bool {
        if case .write = self { true } else { false }
    }
}

extension FilePermissions {
    /// The owner's rights, and for all others the same without writing.
    fileprivate static func forAll(_ owner: FilePermissions) -> FilePermissions {
        owner.union([.groupReadExecute, .otherReadExecute])
    }
}
