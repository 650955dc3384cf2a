import DockerModel

/// Which files in an app's folder belong to a release, and which are the server's.
///
/// To the release belong what services mount read-only, configs with a `file`, and what `x-berth.files` names. What a
/// service may write to is data; `.env`, each `env_file` and the files of secrets are the server's. berth reads neither.
package struct FileScope: Equatable, Sendable {
    /// Files and folders of the release, sorted; none lies in another.
    package let roots: [ReleasePath]
    /// Never read, kept or touched, even inside a root.
    package let left: [ReleasePath]
    /// What `x-berth.files` names.
    package let named: [ReleasePath]
    /// What each service mounts read-only.
    package let mounts: [ServiceName: [ReleasePath]]

    /// - Parameters:
    ///   - folder: the app's folder, as Compose knows it.
    ///   - environmentFiles: the absolute paths of each `env_file`.
    /// - Throws: if `x-berth.files` names what is not a file of a release.
    package init(
        of model: ComposeModel,
        _ policy: Policy,
        in folder: String,
        environmentFiles: [String] = []
    ) throws(Failure) {
        let binds = model.services.values.flatMap(\.binds)
        let writable = binds.filter { !$0.isReadOnly }.compactMap { ReleasePath($0.source, in: folder) }
        let secrets = (model.secretFiles + environmentFiles).compactMap { ReleasePath($0, in: folder) }
        let left = writable + secrets + policy.files.filter(\.isLeft).map(\.path)
        mounts = model.services.mapValues { service in
            let configs = service.configs.compactMap { model.configFiles[$0] }
            return (service.binds.filter(\.isReadOnly).map(\.source) + configs)
                .compactMap { ReleasePath($0, in: folder) }.filter { path in !left.contains { $0.contains(path) } }
        }
        named = policy.files.filter { !$0.isLeft }.map(\.path)
        let kept = writable + secrets
        let isKept = { (path: ReleasePath) in
            kept.contains { $0.contains(path) } || path.components.last.map(Self.isEnvironmentFile) ?? false
        }
        if let path = named.first(where: isKept) {
            throw Failure(
                .policyInvalid,
                "files of x-berth",
                "names \(path), which is data of a service, or a secret of the server",
                hint: "neither goes back; leave it out"
            )
        }
        let all = Set(mounts.values.joined()).union(named).sorted()
        roots = all.filter { path in
            !all.contains { $0 != path && $0.contains(path) } && !left.contains { $0.contains(path) }
        }
        self.left = left
    }

    /// The files of a snapshot, and nothing else.
    package init(filesOf snapshot: Snapshot) {
        roots = snapshot.sorted.filter { !$0.isFolder }.map(\.path)
        (left, named, mounts) = ([], [], [:])
    }

    /// Whether a path within the folder is the server's: its own, or by its name an environment file.
    package func leaves(_ path: ReleasePath) -> Bool {
        left.contains { $0.contains(path) } || path.components.last.map(Self.isEnvironmentFile) ?? false
    }

    /// `.env`, `.env.production`, `.env.deploy`, `backend.env`.
    private static func isEnvironmentFile(_ name: String) -> Bool {
        name == ".env" || name.hasPrefix(".env.") || name.hasSuffix(".env")
    }

    /// The services that mount one of the paths, or a folder around it.
    ///
    /// - Parameter snapshot: has the symbolic links by which a mount may lead elsewhere in the folder.
    package func services(mounting paths: some Sequence<ReleasePath>, in snapshot: Snapshot) -> Set<ServiceName> {
        let paths = Array(paths)
        return Set(
            mounts.filter { _, roots in
                roots.contains { root in
                    ([root] + snapshot.trail(of: root)).contains { paths.contains(where: $0.contains) }
                }
            }.keys
        )
    }
}
