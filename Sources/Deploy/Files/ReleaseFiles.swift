import Docker
import Linux
import Rules
import SystemPackage

/// Takes the files of a release out of the app's folder, and puts those of an older one back.
struct ReleaseFiles: Sendable {
    let app: AppSettings
    let log: DeploymentLog

    /// The files of the release as they are in the folder now.
    ///
    /// - Throws: if they are too many or too big to be kept with each release, with a list.
    func read(_ scope: FileScope) throws(Failure) -> Snapshot {
        let found = try find(scope, .release)
        guard found.isComplete else { throw tooMuch(found) }
        for foreign in found.foreign where foreign.reason != .server {
            log.info("\(foreign.path) is not kept with the release: it \(foreign.reason.rawValue)")
        }
        if let missing = scope.named.first(where: found.missing.contains) {
            throw Failure(
                .policyInvalid,
                "files of x-berth",
                "names \(missing), which \(app.directory) does not have",
                hint: "deliver it, or leave it out"
            )
        }
        return found.snapshot
    }

    private func find(_ scope: FileScope, _ limits: FileLimits) throws(Failure) -> FolderReader.Found {
        do {
            return try FolderReader.read(app.directory, scope, limits)
        } catch {
            let problem = "cannot be read: \(error)"
            throw Failure(.folderUnreadable, "\(app.directory)", problem, hint: "user berth must be able to read it")
        }
    }

    private func tooMuch(_ found: FolderReader.Found) -> Failure {
        let sizes = found.sizes.sorted { $0.value.bytes > $1.value.bytes }.prefix(5).map { path, size in
            "\(path) (\(size.files) files, \(size.bytes >> 10) KiB)"
        }
        return Failure(
            .filesTooBig,
            "the files of the release",
            "are more than 500 or more than 4 MiB, so they cannot be kept with each release: "
                + sizes.joined(separator: ", "),
            hint:
                "bring what is big in an image or a volume, or say \"!path\" in files of x-berth, and it stays as it is"
        )
    }

    // MARK: - The way back

    /// What became of the files in the folder.
    struct Outcome: Sendable {
        /// What was put back or removed; the services that mount it have to start again.
        var changed: Set<ReleasePath> = []
        /// What a person should know, each a clause of a sentence.
        var notes: [String] = []
    }

    /// Puts the files of a good release back into the app's folder.
    ///
    /// It can be repeated at any time, for example after a crash in the middle.
    ///
    /// - Parameters:
    ///   - good: the release's files, and where they belong.
    ///   - new: the files with which the release was delivered that ran since; nil if they are not known.
    ///   - archive: where to keep what was changed by hand and is replaced.
    func putBack(
        _ good: Snapshot,
        _ scope: FileScope,
        after new: Snapshot?,
        keepingIn archive: FilePath,
        _ session: EngineSession
    ) async throws -> Outcome {
        guard !good.isEmpty else { return Outcome() }
        let found = try find(scope, .folder)
        let left = scope.left.map { Foreign(path: $0, reason: .server) }
        let plan = PutBack(good, after: new, now: found.snapshot, foreign: found.foreign + left)
        var outcome = Outcome()
        outcome.changed = Set(plan.restored + plan.removed)
        if !plan.byHand.isEmpty { try Store.keep(plan.byHand, in: archive) }
        if !plan.archive.isEmpty {
            let files = outcome.changed.filter { good[$0]?.isFolder != true }.sorted()
            log.info("files go back: \(files.listed)")
            try await session.unpack(Tar.encode(plan.archive), into: app.directory, as: unpacker)
            outcome.notes.append("its files are back: \(files.listed)")
            if try hasOtherOwners(good, scope, except: plan.stays) {
                outcome.notes.append("the Engine gave them other owners")
            }
        }
        if File.exists(archive) { outcome.notes.append("what was changed by hand is in \(archive)") }
        if !plan.stays.isEmpty {
            outcome.notes.append("berth may not touch what is around these, so they stay: \(plan.stays.listed)")
        }
        return outcome
    }

    /// Removes what a way back has left in the Engine that was killed.
    func cleanUp(_ session: EngineSession) async throws(EngineError) {
        try await session.removeUnpacker(unpacker)
    }

    private var unpacker: String { "berth-files-\(app.name)" }

    /// Sees that the files are back: the folder can be changed meanwhile.
    ///
    /// - Returns: whether an owner is another one, because the Engine maps users.
    private func hasOtherOwners(_ good: Snapshot, _ scope: FileScope, except stays: [ReleasePath]) throws(Failure)
        -> Bool
    {
        let now = try find(scope, .folder).snapshot
        let wrong = good.sorted.filter { !$0.isSame(as: now[$0.path]) && !stays.contains($0.path) }.map(\.path)
        guard wrong.isEmpty else {
            throw Failure(
                .filesNotRestored,
                "the files \(wrong.listed)",
                "are not as the release had them, although the Engine has unpacked them",
                hint: "see who else writes to \(app.directory)"
            )
        }
        return good.entries.values.contains { entry in now[entry.path].map { $0.owner != entry.owner } ?? false }
    }
}

extension [ReleasePath] {
    /// The first few, for a sentence.
    var listed: String {
        let names = prefix(5).map(\.description).joined(separator: ", ")
        return count > 5 ? "\(names) and \(count - 5) more" : names
    }
}
