import Docker
import DockerModel
import Glibc
import Linux
import Rules
import Support
import SystemPackage
import Testing

@testable import Deploy

@Suite struct FolderReaderTests {
    /// What is read below `conf`, as lines; `left` are paths of the server.
    private func read(
        _ folder: FilePath,
        _ root: String = "conf",
        left: [String] = [],
        limits: FileLimits = .release
    ) throws -> FolderReader.Found {
        let files = ([root] + left.map { "!\($0)" }).map { #""\#($0)""# }.joined(separator: ",")
        let json = #"{"name":"shop","services":{"a":{}},"x-berth":{"files":[\#(files)]}}"#
        let model = try ComposeModel(json: Array(json.utf8))
        let policy = try #require(try model.policy(Policy.self, key: "x-berth"))
        return try FolderReader.read(folder, FileScope(of: model, policy, in: folder.string), limits)
    }

    private func lines(_ found: FolderReader.Found) -> [String] {
        found.snapshot.sorted.map { entry in
            switch entry.content {
            case .folder: "\(entry.path)/"
            case .file(let bytes): "\(entry.path)=\(String(decoding: bytes, as: UTF8.self))"
            case .link(let target): "\(entry.path)->\(target)"
            }
        }
    }

    private func withFolder(_ body: (FilePath) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try File.makeFolder(folder.appending("conf"), mode: .ownerReadWriteExecute)
            try write("1", to: folder.appending("conf/a"))
            try await body(folder)
        }
    }

    @Test func filesFoldersAndLinksAreReadWithTheirModes() async throws {
        try await withFolder { folder in
            try File.makeFolder(folder.appending("conf/sub"), mode: .ownerReadWriteExecute)
            try write("2", to: folder.appending("conf/sub/b"))
            chmod(folder.appending("conf/sub/b").string, 0o604)
            symlink("../a", folder.appending("conf/sub/c").string)
            let found = try read(folder)
            #expect(lines(found) == ["conf/", "conf/a=1", "conf/sub/", "conf/sub/b=2", "conf/sub/c->../a"])
            #expect(found.snapshot[try #require(ReleasePath("conf/sub/b"))]?.mode == 0o604)
            #expect(found.isComplete && found.foreign.isEmpty)
        }
    }

    @Test func nothingOutsideTheFolderIsRead() async throws {
        try await withFolder { folder in
            symlink("/etc/passwd", folder.appending("conf/absolute").string)
            symlink("../../../../etc/passwd", folder.appending("conf/relative").string)
            symlink("/etc", folder.appending("etc").string)
            let found = try read(folder)
            #expect(lines(found) == ["conf/", "conf/a=1"])
            #expect(found.foreign.count == 2)
            #expect(try read(folder, "etc/passwd").snapshot.isEmpty)
        }
    }

    /// As with `current`, which deployments like to point to the newest folder.
    @Test func aLinkOnTheWayIsFollowedInsideTheFolder() async throws {
        try await withFolder { (folder: FilePath) throws in
            symlink("conf", folder.appending("current").string)
            symlink("loop", folder.appending("loop").string)
            #expect(lines(try read(folder, "current/a")) == ["conf/", "conf/a=1", "current->conf"])
            #expect(lines(try read(folder, "loop/a")) == ["loop->loop"])
        }
    }

    @Test func whatIsTheServersIsNotRead() async throws {
        try await withFolder { folder in
            for name in [".env", "app.env", "data"] { try write("secret", to: folder.appending("conf/\(name)")) }
            try write(
                "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n",
                to: folder.appending("conf/tls")
            )
            mkfifo(folder.appending("conf/pipe").string, 0o600)
            let found = try read(folder, left: ["conf/data"])
            #expect(lines(found) == ["conf/", "conf/a=1"])
            #expect(
                found.foreign.map { "\($0.path)" }.sorted()
                    == ["conf/.env", "conf/app.env", "conf/data", "conf/pipe", "conf/tls"]
            )
        }
    }

    @Test func tooMuchIsFoundOut() async throws {
        try await withFolder { folder in
            for number in 0..<9 {
                try write(String(repeating: "x", count: 100), to: folder.appending("conf/\(number)"))
            }
            #expect(try read(folder, limits: FileLimits(bytes: 901, files: 11)).isComplete)
            #expect(try !read(folder, limits: FileLimits(bytes: 900, files: 11)).isComplete)
            #expect(try !read(folder, limits: FileLimits(bytes: 901, files: 10)).isComplete)
        }
    }

    /// Each thing that is not read is named, so that nothing takes its place.
    @Test func whatIsTooMuchIsForeign() async throws {
        try await withFolder { folder in
            try write(String(repeating: "x", count: 100), to: folder.appending("conf/big"))
            let big = try read(folder, limits: FileLimits(bytes: 10, files: 11))
            #expect(lines(big) == ["conf/", "conf/a=1"])
            #expect(big.foreign == [Foreign(path: try #require(ReleasePath("conf/big")), reason: .tooMuch)])
            #expect(big.sizes.values.first?.bytes == 101)
            for number in 0..<30 { try write("", to: folder.appending("conf/\(number)")) }
            let many = try read(folder, limits: FileLimits(bytes: 1000, files: 2))
            #expect(many.snapshot.entries.count == 2)
            // It does not go on for ever.
            #expect(many.foreign.contains(Foreign(path: try #require(ReleasePath("conf")), reason: .tooMuch)))
            #expect(many.foreign.allSatisfy { $0.reason == .tooMuch } && many.foreign.count < 20)
        }
    }

    /// A sparse file may be as big as a number can be.
    @Test func noSizeIsTooBigToBeAdded() async throws {
        try await withTemporaryFolder(isInMemory: true) { folder in
            try File.makeFolder(folder.appending("conf"), mode: .ownerReadWriteExecute)
            for name in ["a", "b", "c"] {
                try write("", to: folder.appending("conf/\(name)"))
                #expect(truncate(folder.appending("conf/\(name)").string, .max) == 0)
            }
            let found = try read(folder)
            #expect(!found.isComplete && lines(found) == ["conf/"])
        }
    }

    @Test func aMissingFileIsNone() async throws {
        try await withFolder { (folder: FilePath) throws in
            #expect(try read(folder, "nowhere/at/all").snapshot.isEmpty)
            #expect(lines(try read(folder, "conf/a/below")) == ["conf/"])
        }
    }
}
