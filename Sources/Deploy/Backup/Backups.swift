import Linux
import NIOPosix
import Rules
import SystemPackage

/// The backups of one app: what its steps wrote to their standard output, as `<folder>/<number>-<file>`.
///
/// Nothing but ``removeOld(_:at:kept:)`` removes one.
struct Backups: Sendable {
    typealias Output = Policy.Step.Output

    let folder: FilePath

    func path(of output: Output, _ number: Int) -> FilePath { folder.appending("\(number)-\(output.file)") }

    // MARK: - Writing

    /// Makes a backup's file, under a temporary name.
    ///
    /// - Throws: also if there is a backup of that name, which is never replaced.
    func begin(_ output: Output, of number: Int) throws(Failure) -> DraftFile {
        let path = path(of: output, number)
        do {
            try File.makeFolder(folder, mode: .ownerReadWriteExecute)
            if !File.exists(path) { return try DraftFile(path) }
        } catch {
            throw Self.unwritable(path, error)
        }
        throw Failure(
            .backupFailed,
            "the backup \(path)",
            "is there already",
            hint: "move it elsewhere and drop again: it is older than berth's records"
        )
    }

    /// Checks that a backup is large enough, and gives it its name; it is on the disk when this returns.
    func finish(_ draft: DraftFile, _ output: Output) async throws -> Record.Backup {
        let size = try draft.size()
        guard size >= output.atLeast else {
            throw Failure(
                .backupFailed,
                "the backup \(draft.path)",
                "would have \(size.inUnits), less than \(output.atLeast.inUnits)",
                hint: "run the step's command by hand and see what it writes, or lower atLeast"
            )
        }
        do {
            // A large file takes a minute, and the agent's own thread watches the health of other apps.
            let sha256 = try await NIOThreadPool.singleton.runIfActive {
                var hash = SHA256()
                try draft.read { hash.update($0) }
                try draft.publish()
                return hash.hex
            }
            return Record.Backup(file: draft.path.string, size: size, sha256: sha256)
        } catch {
            throw Self.unwritable(draft.path, error)
        }
    }

    static func unwritable(_ path: FilePath, _ error: any Error) -> Failure {
        Failure(
            .backupFailed,
            "the backup \(path)",
            "cannot be written: \(error)",
            hint: "user berth must be able to write there, and its disk must have room"
        )
    }

    /// Opens a backup to be read by a later step.
    func open(_ backup: Record.Backup) throws(Failure) -> FileDescriptor {
        do {
            return try FileDescriptor.open(FilePath(backup.file), .readOnly, options: [.closeOnExec, .noFollow])
        } catch {
            throw Failure(
                .backupFailed,
                "the backup \(backup.file)",
                "cannot be read: \(error)",
                hint: "leave backups in place while a deployment runs"
            )
        }
    }

    // MARK: - Removing

    /// Removes the oldest backups of one output; those of `kept` deployments stay besides the newest `keep`.
    ///
    /// - Parameter number: the deployment that runs.
    /// - Returns: the files that it removed.
    func removeOld(_ output: Output, at number: Int, kept: Set<Int>) -> [FilePath] {
        let old = numbers(of: output, at: number).dropFirst(output.keep).filter { !kept.contains($0) }
        return old.map { path(of: output, $0) }.filter { File.remove($0) }
    }

    /// Removes what a killed agent left half-written.
    func removeLeftovers() { DraftFile.removeLeftovers(in: folder) }

    /// The numbers of the deployments that have such a backup, the newest first. Higher numbers than that of the deployment
    /// that runs are from before the records were lost, so they are older.
    private func numbers(of output: Output, at current: Int) -> [Int] {
        let names = (try? File.names(in: folder)) ?? []
        let numbers = names.compactMap { name -> Int? in
            guard name.hasSuffix("-\(output.file)") else { return nil }
            let digits = name.dropLast(output.file.utf8.count + 1)
            return Int(digits).flatMap { "\($0)" == digits ? $0 : nil }
        }
        return numbers.sorted { ($0 <= current ? 1 : 0, $0) > ($1 <= current ? 1 : 0, $1) }
    }

    // MARK: - Room

    /// Refuses to begin if the next backups would probably leave their filesystem fuller than `refuse` percent.
    ///
    /// Each may be a fifth larger than the last one of its name.
    func requireRoom(for outputs: [Output], at number: Int, refuse: Int) throws(Failure) {
        guard !outputs.isEmpty, let filesystem else { return }
        let expected = outputs.reduce(into: Int64(0)) { sum, output in
            guard let last = numbers(of: output, at: number).first, let size = try? File.size(path(of: output, last))
            else {
                return
            }
            sum += min(size, 1 << 50) / 5 * 6
        }
        let after = filesystem.with(expected)
        guard after.percent > refuse else { return }
        throw Failure(
            .noRoom,
            "there is no room for the backup:",
            "\(filesystem), and \(expected.inUnits) more would make it \(after.percent) %, above \(refuse) %",
            hint: "make room there, or move older backups in \(folder) elsewhere"
        )
    }

    /// Waits until the filesystem is fuller than `refuse` percent, which a step must not bring about: the running app
    /// may need the rest.
    func awaitFull(_ refuse: Int, _ clock: any Clock<Duration>) async throws {
        while true {
            if let filesystem, filesystem.percent > refuse {
                throw Failure(
                    .backupFailed,
                    "the backup",
                    "was ended because \(filesystem), above \(refuse) %",
                    hint: "make room there, or move older backups in \(folder) elsewhere"
                )
            }
            try await clock.sleep(for: .seconds(1))
        }
    }

    /// The filesystem of the folder, or of the nearest one above it that exists; nil if it cannot be measured.
    private var filesystem: Filesystem? {
        var place = folder
        while !File.exists(place), place.removeLastComponent() {}
        return try? Filesystem(measuring: place)
    }
}
