import DockerModel

extension Finding {
    /// Who else can read or change what an app is started from.
    ///
    /// - Parameters:
    ///   - folder: the app's folder.
    ///   - environment: its `.env`.
    ///   - composeFiles: those that Compose reads.
    ///   - isReachable: whether every user can search the folders above the app's.
    package static func folder(
        of app: AppName,
        _ folder: FileFacts?,
        environment: FileFacts?,
        composeFiles: [FileFacts],
        isReachable: Bool
    ) -> [Finding] {
        guard isReachable, let folder else { return [] }
        var findings = folder.isWritableByAll ? [writable(app, folder)] : []
        // What is in the folder can only be reached through it.
        guard folder.mode & 0o001 != 0 else { return findings }
        findings += ([environment].compactMap { $0 } + composeFiles).filter(\.isWritableByAll).map { writable(app, $0) }
        if let environment, environment.isReadableByAll, environment.kind == .file {
            findings.append(
                Finding(
                    .warning,
                    .folder,
                    app,
                    environment.path,
                    "has the app's secrets, and every user of this host can read it",
                    try: "chgrp berth \(environment.path) && chmod 0640 \(environment.path)"
                )
            )
        }
        return findings
    }

    private static func writable(_ app: AppName, _ file: FileFacts) -> Finding {
        Finding(
            .error,
            .folder,
            app,
            file.path,
            "can be changed by every user of this host, who is then as good as root: Compose mounts what the file says",
            try: "chmod o-w \(file.path)"
        )
    }

    /// - Parameters:
    ///   - folder: one that the viewer cannot search.
    ///   - area: what is below it: `.spool`, or `.folder` for the app's.
    package static func barrier(
        of app: AppName,
        _ folder: String,
        before area: Area,
        seenBy viewer: Viewer
    ) -> Finding {
        let below = area == .spool ? "the spool" : "the app's folder"
        let problem = "cannot be searched by \(viewer), and \(below) is below it"
        let hint = "let user berth pass: setfacl -m u:berth:x \(folder)"
        return Finding(
            viewer == .agent ? .error : .note,
            viewer == .agent ? area : .unseen,
            app,
            folder,
            problem,
            try: hint
        )
    }

    /// Files of the release that berth cannot keep with it.
    package static func unreadable(in app: AppName, _ paths: [ReleasePath], seenBy viewer: Viewer) -> [Finding] {
        guard let first = paths.first else { return [] }
        let subject = paths.count == 1 ? "\(first)" : "\(first) and \(paths.count - 1) others"
        let problem = "cannot be read by \(viewer), so a rollback does not put the former content back"
        // A delivery chooses its name, so it stands in no command that a person may copy.
        let hint = "if it is no secret, give it to group berth (chgrp -R berth) and let that read it (chmod -R g+rX)"
        return [Finding(viewer == .agent ? .warning : .note, .folder, app, subject, problem, try: hint)]
    }

    /// Users who are to read the app's records, and whom this host does not have.
    package static func readers(of app: AppName, missing: [String]) -> [Finding] {
        missing.map { name in
            Finding(
                .warning,
                .settings,
                app,
                "readers",
                "names \(name), and there is no such user, so none of the readers is let in",
                try: "correct the settings, or make the user"
            )
        }
    }
}
