import DockerModel

/// An app's spool as it lies there.
package struct SpoolFacts: Sendable {
    package let path: String
    /// Nil if there is none.
    package var folder: FileFacts?
    /// The first folder above that the viewer cannot search.
    package var barrier: String?
    /// Whether the viewer may list, write and search the folder.
    package var isUsable = true
    /// The drop that waits.
    package var drop: FileFacts?
    /// The drop that was claimed and not yet deleted.
    package var claimed: FileFacts?
    /// What cut off transfers have left.
    package var leftovers: [FileFacts] = []

    package init(path: String) {
        self.path = path
    }
}

extension Finding {
    /// What the user who drops could do besides.
    ///
    /// - Parameter groups: the user's.
    package static func sender(of app: AppName, _ user: String, in groups: Set<String>) -> [Finding] {
        guard let power = groups.lazy.compactMap(GroupPower.init).max() else { return [] }
        let hint = "gpasswd --delete \(user) \(power.group), or give CI a user of its own"
        return [Finding(.warning, .spool, app, "user \(user), who owns the spool,", power.sentence, try: hint)]
    }

    /// What is wrong with a spool.
    package static func spool(of app: AppName, _ spool: SpoolFacts, seenBy viewer: Viewer, at now: Timestamp)
        -> [Finding]
    {
        if let barrier = spool.barrier {
            return [.barrier(of: app, barrier, before: .spool, seenBy: viewer)]
        }
        guard let folder = spool.folder else {
            let hint = "berth init makes it; by hand: install -d -o deploy -g berth -m 2770 \(spool.path)"
            return [Finding(.error, .spool, app, spool.path, "is missing, so no drop can arrive", try: hint)]
        }
        guard folder.kind == .folder else {
            return [Finding(.error, .spool, app, spool.path, "is no folder", try: "remove it, and run berth init")]
        }
        return rights(of: app, folder, spool.isUsable, viewer) + content(of: app, spool, now)
    }

    private static func rights(of app: AppName, _ folder: FileFacts, _ isUsable: Bool, _ viewer: Viewer) -> [Finding] {
        var findings: [Finding] = []
        if !isUsable {
            findings.append(
                Finding(
                    viewer == .agent ? .error : .note,
                    .spool,
                    app,
                    folder.path,
                    "\(folder.rights): \(viewer) cannot take drops from it",
                    try: viewer == .agent
                        ? "chgrp berth \(folder.path) && chmod 2770 \(folder.path)" : "run berth check with sudo"
                )
            )
        }
        if folder.isWritableByAll {
            findings.append(
                Finding(
                    .error,
                    .spool,
                    app,
                    folder.path,
                    "can be written by every user of this host, who can all deploy",
                    try: "chmod 2770 \(folder.path)"
                )
            )
        } else if !folder.givesItsGroup, isUsable {
            findings.append(
                Finding(
                    .warning,
                    .spool,
                    app,
                    folder.path,
                    "does not give its group to new files, so user berth may not be able to read a drop",
                    try: "chmod g+s \(folder.path)"
                )
            )
        }
        return findings
    }

    private static func content(of app: AppName, _ spool: SpoolFacts, _ now: Timestamp) -> [Finding] {
        var findings: [Finding] = []
        for (file, problem) in [(spool.drop, "was not taken"), (spool.claimed, "was taken, and got no record")] {
            guard let file, now - file.changed > .seconds(60) else { continue }
            findings.append(
                Finding(
                    .error,
                    .spool,
                    app,
                    file.path,
                    "has lain there for \(minutes(since: file.changed, now)) min and \(problem); it may hold a token",
                    try: "see berth logs \(app) -n 20, or remove the file"
                )
            )
        }
        // The agent looks once an hour for those that are an hour old.
        for file in spool.leftovers where now - file.changed > .seconds(2 * 3600) {
            findings.append(
                Finding(
                    .warning,
                    .spool,
                    app,
                    file.path,
                    "is what a broken transfer left, and may hold a token",
                    try: "remove it"
                )
            )
        }
        return findings
    }

    private static func minutes(since then: Timestamp, _ now: Timestamp) -> Int64 {
        (now - then).components.seconds / 60
    }
}
