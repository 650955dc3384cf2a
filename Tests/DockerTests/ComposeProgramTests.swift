import Glibc
import Linux
import Support
import SystemPackage
import Testing

@testable import Docker

@Suite("What is started for Compose")
struct ComposeProgramTests {
    /// In the Docker CLI's order: what `config.json` names, the configuration's own folder, those of all users.
    static let folders = ["extra1", "extra2", "config/cli-plugins", "system1", "system2"]

    private let binary: [UInt8] = [0x7F] + Array("ELF and more".utf8)

    /// A host with Docker's own `docker`, whose `config.json` names two folders.
    private func withHost(_ body: (FilePath) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            for name in Self.folders + ["bin"] { try File.makeFolder(folder.pushing(FilePath(name)), mode: .all) }
            try put(binary, in: folder.appending("bin").appending("docker"))
            try name([folder.appending("extra1"), folder.appending("extra2")], in: folder)
            try body(folder)
        }
    }

    private func put(_ bytes: [UInt8], in file: FilePath, mode: FilePermissions = .all) throws {
        try File.replace(file, with: bytes, mode: mode)
    }

    private func name(_ folders: [FilePath], in folder: FilePath) throws {
        let list = folders.map { "\"\($0)\"" }.joined(separator: ",")
        try write(#"{"cliPluginsExtraDirs":[\#(list)],"auths":{}}"#, to: config(folder))
    }

    private func config(_ folder: FilePath) -> FilePath { folder.appending("config").appending("config.json") }

    private func plugin(_ folder: FilePath, _ name: String) -> FilePath {
        folder.pushing(FilePath(name)).appending("docker-compose")
    }

    private func found(_ folder: FilePath, in searchPath: String? = nil) -> ComposeProgram {
        ComposeProgram.found(
            in: searchPath ?? "bin:\(folder)/missing:\(folder)/bin:/usr/bin",
            configuration: folder.appending("config"),
            systemFolders: [folder.appending("system1"), folder.appending("system2")]
        )
    }

    /// What is found is a link to the plugin as well as the plugin.
    @Test("the first plugin in the order of the Docker CLI", arguments: [false, true])
    func order(isLink: Bool) async throws {
        try await withHost { folder in
            #expect(found(folder) == .cli && found(folder).identity == nil)
            for name in Self.folders.reversed() {
                let file = plugin(folder, name)
                if isLink {
                    let target = file.removingLastComponent().appending("compose-v2")
                    try put(binary, in: target)
                    #expect(symlink(target.string, file.string) == 0)
                } else {
                    try put(binary, in: file)
                }
                #expect(found(folder).identity?.path == file)
            }
        }
    }

    @Test("a link that leads to nothing is passed over, also without config.json")
    func brokenLink() async throws {
        try await withHost { folder in
            unlink(config(folder).string)
            #expect(symlink("/nowhere", plugin(folder, "config/cli-plugins").string) == 0)
            try put(binary, in: plugin(folder, "system2"))
            #expect(found(folder).identity?.path == plugin(folder, "system2"))
        }
    }

    enum Oddity: CaseIterable {
        case notExecutable, folder, script, empty, unreachable, relativeFolder, brokenConfiguration
    }

    @Test("the Docker CLI, for a first plugin that berth does not start", arguments: Oddity.allCases)
    func odd(_ oddity: Oddity) async throws {
        try await withHost { folder in
            let first = plugin(folder, "extra1")
            switch oddity {
            case .notExecutable: try put(binary, in: first, mode: .ownerReadWrite)
            case .folder: try File.makeFolder(first, mode: .all)
            case .script: try put(Array("#!/bin/sh\n".utf8), in: first)
            case .empty: try put([], in: first)
            case .unreachable:
                rmdir(folder.appending("extra1").string)
                try put([], in: folder.appending("extra1"))
            case .relativeFolder: try name(["extra1"], in: folder)
            case .brokenConfiguration: try write("{", to: config(folder))
            }
            try put(binary, in: plugin(folder, "system1"))
            #expect(found(folder) == .cli)
        }
    }

    @Test("the Docker CLI, if docker is not Docker's own program")
    func notDockersOwn() async throws {
        try await withHost { folder in
            try put(binary, in: plugin(folder, "system1"))
            #expect(found(folder) != .cli)
            #expect(found(folder, in: "") == .cli && found(folder, in: "\(folder)/extra1") == .cli)
            let docker = folder.appending("bin").appending("docker")
            try put(Array("#!/bin/sh\nexec podman \"$@\"\n".utf8), in: docker)
            #expect(found(folder) == .cli)
            let podman = folder.appending("podman")
            try put(binary, in: podman)
            unlink(docker.string)
            #expect(symlink(podman.string, docker.string) == 0)
            #expect(found(folder) == .cli)
            // A link to Docker's own is Docker's own.
            unlink(docker.string)
            try put(binary, in: folder.appending("extra2").appending("docker"))
            #expect(symlink("../extra2/docker", docker.string) == 0)
            #expect(found(folder) != .cli)
        }
    }

    @Test("an identity that is another one after each change, and the same without one")
    func identity() async throws {
        try await withHost { folder in
            let file = plugin(folder, "system1")
            var seen: Set<File.Identity> = []
            func see() throws {
                let identity = try #require(found(folder).identity)
                let again = try #require(found(folder).identity)
                #expect(identity == again && "\(identity)" == "\(again)")
                #expect(seen.allSatisfy { "\($0)" != "\(identity)" })
                #expect(seen.insert(identity).inserted)
            }
            try put(binary, in: file)
            try see()
            try put(binary, in: file)
            try see()
            try File.append([0], to: file, mode: .all)
            try see()
            // The same size, and the time of the last writing set back. The kernel's clock for files has a coarse grain.
            let before = found(folder).identity
            var times = [timeval](repeating: timeval(tv_sec: 1, tv_usec: 0), count: 2)
            for _ in 0..<10_000 {
                #expect(utimes(file.string, &times) == 0)
                if found(folder).identity != before { break }
            }
            try see()
            #expect(symlink(file.string, plugin(folder, "extra1").string) == 0)
            try see()
        }
    }
}

extension FilePermissions {
    fileprivate static let all: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
}
