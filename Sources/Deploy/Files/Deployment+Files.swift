import Docker
import Rules

/// The files of releases in the story of a deployment.
extension Deployment {
    /// The files with which the app was started last; nil if they are not known.
    private var applied: (number: Int, files: Snapshot)? {
        guard let running = history.running, let release = try? store.record(running.number), release.files != nil,
            let files = try? store.files(of: release)
        else { return nil }
        return (running.number, files)
    }

    /// The files that differ from those with which the app was started last: Compose does not notice such a change.
    func changedFiles(_ files: Snapshot) -> Set<ReleasePath> {
        if let applied { return Set(files.differences(from: applied.files)) }
        // After a failed way back, any of its containers may have started with other files.
        return history.lastSwitch?.verdict == .rollbackFailed ? Set(files.entries.keys) : []
    }

    /// Puts the files of an older release back that is to run again by hand.
    ///
    /// - Returns: what has changed with it.
    func putBackByHand(_ checked: Checked, _ tools: Tools) async throws -> Set<ReleasePath> {
        let outcome = try await ReleaseFiles(app: app, log: tools.log).putBack(
            checked.files,
            checked.release.files,
            after: applied?.files,
            keepingIn: store.filesByHand(of: ledger.number),
            checked.session
        )
        for note in outcome.notes { tools.log.notice(note) }
        return outcome.changed.union(changedFiles(checked.files))
    }

    /// Says which files in the folder are not those that run, after a drop that has changed nothing.
    func remarkOnFolder(_ found: Checked?) -> String? {
        guard let applied else { return nil }
        let different: [ReleasePath]
        if let found, found.older == nil {
            different = found.files.differences(from: applied.files)
        } else {
            guard let now = try? FolderReader.read(app.directory, FileScope(filesOf: applied.files), .folder) else {
                return nil
            }
            different = applied.files.differences(from: now.snapshot)
        }
        guard !different.isEmpty else { return nil }
        return "these files in \(app.directory) are not those of #\(applied.number), which runs: \(different.listed)"
    }
}
