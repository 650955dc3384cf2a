import Glibc
import Support
import SystemPackage
import Testing

@testable import Linux

/// What root changes in a folder of another user, who changes it meanwhile.
@Suite struct HeldFolderTests {
    private func mode(_ path: FilePath) -> mode_t {
        var status = stat()
        return lstat(path.string, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    private func withFolder(_ body: (FilePath) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await body(try File.resolved(folder))
        }
    }

    @Test func givesTheGroupItsRights() async throws {
        try await withFolder { folder in
            let file = folder.appending("a")
            try write("", to: file)
            chmod(file.string, 0o4600)
            let held = try HeldFolder(folder)
            try held.share("a", with: getgid(), adding: 0o40)
            try held.share(nil, with: getgid(), adding: 0o50)
            #expect(mode(file) == 0o4640)
            #expect(mode(folder) == 0o750)
            #expect(held.status(of: "a")?.st_nlink == 1)
            #expect(held.status(of: "b") == nil)
        }
    }

    @Test func leavesAloneWhatLeadsElsewhere() async throws {
        try await withFolder { folder in
            let secret = folder.appending("secret")
            try write("", to: secret)
            chmod(secret.string, 0o600)
            let inner = folder.appending("app")
            try File.makeFolder(inner, mode: .ownerReadWriteExecute)
            symlink(secret.string, inner.appending("link").string)
            link(secret.string, inner.appending("name").string)
            mkfifo(inner.appending("pipe").string, 0o600)
            try File.makeFolder(inner.appending("folder"), mode: .ownerReadWriteExecute)
            let held = try HeldFolder(inner)
            for name in ["link", "name", "pipe", "folder", "gone"] {
                #expect(throws: Errno.self) { try held.share(name, with: getgid(), adding: 0o44) }
            }
            #expect(mode(secret) == 0o600)
            #expect(mode(inner.appending("pipe")) == 0o600)
        }
    }

    @Test func staysWithTheFolderThatItHas() async throws {
        try await withFolder { folder in
            let (app, away) = (folder.appending("app"), folder.appending("away"))
            try File.makeFolder(app, mode: .ownerReadWriteExecute)
            try write("", to: app.appending("a"))
            chmod(app.appending("a").string, 0o600)
            let held = try HeldFolder(app)
            rename(app.string, away.string)
            try File.makeFolder(app, mode: .ownerReadWriteExecute)
            try write("", to: app.appending("a"))
            chmod(app.appending("a").string, 0o600)
            try held.share("a", with: getgid(), adding: 0o40)
            #expect(mode(away.appending("a")) == 0o640)
            #expect(mode(app.appending("a")) == 0o600)
        }
    }

    @Test func isOpenedThroughNoLink() async throws {
        try await withFolder { folder in
            try File.makeFolder(folder.appending("real/inner"), mode: .ownerReadWriteExecute)
            symlink("real", folder.appending("link").string)
            #expect(throws: Errno.self) { try HeldFolder(folder.appending("link")).status() }
            #expect(throws: Errno.self) { try HeldFolder(folder.appending("link/inner")).status() }
            #expect(try HeldFolder(folder.appending("real/inner")).status() != nil)
        }
    }
}
