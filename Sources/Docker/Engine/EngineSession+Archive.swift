import DockerModel
import NIOHTTP1
import SystemPackage

extension EngineSession {
    /// Unpacks a tar archive into a folder of the host, with the owners, modes and times that it names.
    ///
    /// The folder is mounted into a container of an empty image, which is never started, and the Engine unpacks there
    /// (`PUT /containers/{id}/archive`). It sees only the container's root, so no link in the folder leads it elsewhere on
    /// the host. An entry replaces what has its name; a folder that is there stays and is filled.
    ///
    /// - Parameters:
    ///   - archive: names relative to the folder.
    ///   - name: of the container and of the image; what an earlier call left under it is removed first.
    package func unpack(_ archive: [UInt8], into folder: FilePath, as name: String) async throws(EngineError) {
        try await removeUnpacker(name)
        do throws(EngineError) {
            try await makeUnpacker(name, folder)
            let request = Request(
                method: .PUT,
                path: "/containers/\(name.percentEncoded())/archive",
                query: ["path": "/folder"],
                body: archive,
                type: "application/x-tar",
                timeout: Self.measureTimeout
            )
            try await send(request)
        } catch {
            try? await removeUnpacker(name)
            throw error
        }
        try await removeUnpacker(name)
    }

    private func makeUnpacker(_ name: String, _ folder: FilePath) async throws(EngineError) {
        // The image is an archive without entries: it has no volumes, labels or programs of its own.
        let image = Request(
            method: .POST,
            path: "/images/create",
            query: ["fromSrc": "-", "repo": name],
            body: [UInt8](repeating: 0, count: 1024),
            type: "application/x-tar",
            timeout: Self.measureTimeout
        )
        try await send(image)
        let mount: JSON = .object([
            "Type": .string("bind"), "Source": .string(folder.string), "Target": .string("/folder"),
        ])
        let container: JSON = .object([
            "Image": .string(name), "Cmd": .array([.string("never started")]), "NetworkDisabled": .bool(true),
            "HostConfig": .object(["Mounts": .array([mount]), "NetworkMode": .string("none")]),
        ])
        let body = try? container.bytes()
        try await send(Request(method: .POST, path: "/containers/create", query: ["name": name], body: body))
    }

    /// Removes the container, which has no volumes, and its image, if they are there.
    package func removeUnpacker(_ name: String) async throws(EngineError) {
        try await removeContainer(ContainerID(rawValue: name))
        do throws(EngineError) {
            try await removeImage(name)
        } catch {
            guard error.isNotFound else { throw error }
        }
    }
}
