import Docker
import DockerModel
import Linux
import Rules

/// The files of releases in the story of a deployment.
extension Deployment {
    /// The files with which the app was started last; nil if they are not known.
    var applied: (number: Int, files: Snapshot)? {
        guard let number = history.running?.number else { return nil }
        return files(of: number).map { (number, $0) }
    }

    /// The files of a release; nil if it has none, or they cannot be read.
    private func files(of number: Int) -> Snapshot? {
        guard let release = try? store.record(number), release.files != nil else { return nil }
        return try? store.files(of: release)
    }

    /// The files that differ from those with which the app was started last: Compose does not notice such a change.
    func changedFiles(_ files: Snapshot, _ applied: (number: Int, files: Snapshot)?) -> Set<ReleasePath> {
        if let applied { return Set(files.differences(from: applied.files)) }
        // Any of its containers may have started with other files.
        return history.lastSwitch == nil ? [] : Set(files.entries.keys)
    }

    func restoration(
        of good: Snapshot,
        _ scope: FileScope,
        after tried: Snapshot?,
        _ tools: Tools
    ) -> Restoration {
        Restoration(
            app: app,
            log: tools.log,
            good: good,
            scope: scope,
            tried: tried,
            archive: store.filesByHand(of: ledger.number),
            note: { try await ledger.note(filesPutBack: $0) }
        )
    }

    /// Puts the files of an older release back that is to run again by hand; if that fails, the folder is as it was.
    ///
    /// - Returns: what has changed with it.
    func putBackByHand(_ checked: Checked, _ tools: Tools) async throws -> Set<ReleasePath> {
        let applied = applied
        // After a failed way back, the folder has files of the bad release.
        let tried = applied?.files ?? history.lastSwitch.flatMap { files(of: $0.number) }
        let outcome: Restoration.Outcome
        do {
            outcome = try await restoration(of: checked.files, checked.release.files, after: tried, tools)
                .run(checked.session, undoes: true)
        } catch {
            throw Failure(any: error).within("the files of the release cannot be put back:", as: .filesNotRestored)
        }
        for note in outcome.notes { tools.log.notice(note) }
        return outcome.changed.union(changedFiles(checked.files, applied))
    }

    /// Refuses a drop whose files a rollback has replaced since CI delivered them: it would be deployed with a mixture.
    ///
    /// What CI delivered before such a rollback, and dropped only after it, berth cannot tell from a change by hand. It
    /// then says where it has kept what no release had.
    func refuseReplaced(_ log: DeploymentLog) throws(Failure) {
        guard !isRollback else { return }
        let switched = history.entries.reversed().lazy.filter(\.verdict.hasSwitched)
        for record in switched.compactMap({ try? store.record($0.number) }) {
            // A clock that was ahead then would refuse each drop until it has caught up.
            guard let ended = record.ended, ended <= .now, placed < ended else { break }
            guard record.filesPutBack != nil, let old = record.rolledBackTo else { continue }
            throw Failure(
                .filesReplaced,
                "#\(record.number)",
                "has put the files of #\(old) back, over those that came with this drop",
                hint: "run the CI job again"
            )
        }
        guard let last = history.lastSwitch?.number, File.exists(store.filesByHand(of: last)) else { return }
        log.warning(
            """
            #\(last) has replaced files that no release had, and kept them in \(store.filesByHand(of: last)): if they came \
            for this drop, run the CI job again
            """
        )
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
