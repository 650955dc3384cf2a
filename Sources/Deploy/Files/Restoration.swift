import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// Puts the files of a good release back into the app's folder.
///
/// It can be repeated at any time, for example after a crash in the middle.
struct Restoration: Sendable {
    let app: AppSettings
    let log: DeploymentLog
    /// The release's files.
    let good: Snapshot
    /// Where they belong.
    let scope: FileScope
    /// The files with which the release was delivered that ran since; nil if they are not known.
    let tried: Snapshot?
    /// Where to keep what was changed by hand and is replaced.
    let archive: FilePath
    /// Puts on record what will be replaced, before it is.
    let note: @Sendable ([ReleasePath]) async throws -> Void

    /// What became of the files in the folder.
    struct Outcome: Sendable {
        /// What was put back or removed; the services that mount it have to start again.
        var changed: Set<ReleasePath> = []
        /// What a person should know, each a clause of a sentence.
        var notes: [String] = []
    }

    /// - Parameter undoes: whether the folder gets back what it had also if it then has other files than the release.
    func run(_ session: EngineSession, undoes: Bool = false) async throws -> Outcome {
        guard !good.isEmpty else { return Outcome() }
        let before = try folder()
        let plan = try await plan(good, after: tried, now: before, session)
        var outcome = Outcome()
        outcome.changed = Set(plan.restored + plan.removed)
        if !plan.archive.isEmpty {
            let hadArchive = File.exists(archive)
            let kept = plan.byHand + plan.carried
            if !kept.isEmpty { try Store.keep(kept, in: archive) }
            try await note(outcome.changed.sorted())
            let files = outcome.changed.filter { good[$0]?.isFolder != true }.sorted()
            log.info("files go back: \(files.listed)")
            try await unpack(plan, over: before.snapshot, session)
            outcome.notes.append("its files are back: \(files.listed)")
            do {
                if try hasOtherOwners(except: plan.stays) { outcome.notes.append("the Engine gave them other owners") }
            } catch {
                if undoes { await undo(to: before.snapshot, session) }
                throw error
            }
            // What was carried is in its place.
            if plan.byHand.isEmpty, !hadArchive { _ = File.remove(archive) }
        }
        if File.exists(archive) { outcome.notes.append("what was changed by hand is in \(archive)") }
        if !plan.stays.isEmpty {
            outcome.notes.append("berth may not touch what is around these, so they stay: \(plan.stays.listed)")
        }
        return outcome
    }

    private func plan(
        _ wanted: Snapshot,
        after other: Snapshot?,
        now: FolderReader.Found,
        _ session: EngineSession
    ) async throws -> PutBack {
        let written = try await written(session)
        return PutBack(wanted, after: other, now: now.snapshot, foreign: now.foreign + left, written: written)
    }

    private func unpack(_ plan: PutBack, over before: Snapshot, _ session: EngineSession) async throws {
        do {
            try await session.unpack(Tar.encode(plan.archive), into: app.directory, as: unpacker)
        } catch {
            // Half a folder is worse than the one before.
            if !Task.isCancelled { await undo(to: before, session) }
            throw error
        }
    }

    /// Puts back what the folder had before a restoration that failed.
    private func undo(to before: Snapshot, _ session: EngineSession) async {
        do {
            let plan = try await plan(before, after: good, now: folder(), session)
            guard !plan.archive.isEmpty else { return }
            if !plan.byHand.isEmpty { try Store.keep(plan.byHand, in: archive) }
            try await session.unpack(Tar.encode(plan.archive), into: app.directory, as: unpacker)
            log.notice("\(app.directory) has its files again: \((plan.restored + plan.removed).sorted().listed)")
            if !plan.stays.isEmpty { log.warning("these stay as they are: \(plan.stays.listed)") }
        } catch {
            log.warning("\(app.directory) does not have all its files again: \(Failure(any: error).sentence)")
        }
    }

    /// Removes what a way back has left in the Engine that was killed.
    static func cleanUp(_ app: AppSettings, _ session: EngineSession) async throws(EngineError) {
        try await session.removeUnpacker(unpacker(app))
    }

    private static func unpacker(_ app: AppSettings) -> String { "berth-files-\(app.name)" }

    private var unpacker: String { Self.unpacker(app) }

    private func folder() throws(Failure) -> FolderReader.Found { try FolderReader.read(app, scope, .folder) }

    private var left: [Foreign] { scope.left.map { Foreign(path: $0, reason: .server) } }

    /// What containers that run have mounted for writing in the app's folder, of whatever release and project they are.
    private func written(_ session: EngineSession) async throws(EngineError) -> [ReleasePath] {
        let folders = [app.directory, try? File.resolved(app.directory)].compactMap { $0?.string }
        return try await session.containers().filter(\.status.isUp).flatMap(\.mounts)
            .filter { $0.type == "bind" && $0.isWritable }.compactMap(\.source)
            .flatMap { source in folders.compactMap { ReleasePath(source, in: $0) } }
    }

    /// Sees that the files are back: the folder can be changed meanwhile.
    ///
    /// - Returns: whether an owner is another one, because the Engine maps users.
    private func hasOtherOwners(except stays: [ReleasePath]) throws(Failure) -> Bool {
        let found = try folder()
        let (now, unread) = (found.snapshot, ForeignPlaces(found.foreign.filter { $0.reason == .tooMuch }))
        let wrong = good.sorted.filter { !$0.isSame(as: now[$0.path]) }.map(\.path)
            .filter { !stays.contains($0) && !(now[$0] == nil && unread.hide($0)) }
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
