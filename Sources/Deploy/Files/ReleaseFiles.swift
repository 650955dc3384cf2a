import Rules

/// Takes the files of a release out of the app's folder.
struct ReleaseFiles: Sendable {
    let app: AppSettings
    let log: DeploymentLog

    /// The files of the release as they are in the folder now.
    ///
    /// - Throws: if they are too many or too big to be kept with each release, with a list.
    func read(_ scope: FileScope) throws(Failure) -> Snapshot {
        let found = try FolderReader.read(app, scope, .release)
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
}

extension FolderReader {
    /// Reads from an app's folder.
    static func read(_ app: AppSettings, _ scope: FileScope, _ limits: FileLimits) throws(Failure) -> Found {
        do {
            return try read(app.directory, scope, limits)
        } catch {
            let problem = "cannot be read: \(error)"
            throw Failure(.folderUnreadable, "\(app.directory)", problem, hint: "user berth must be able to read it")
        }
    }
}
