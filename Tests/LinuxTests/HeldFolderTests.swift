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
            chmod(file.string, 0o600)
            let held = try HeldFolder(folder)
            #expect(try held.share("a", with: getgid(), adding: 0o40) { $0.st_mode & 0o7777 == 0o600 } == true)
            chmod(folder.string, 0o3700)
            #expect(try held.share(nil, with: getgid(), adding: 0o50) { _ in true } == true)
            #expect(mode(file) == 0o640)
            #expect(mode(folder) == 0o3750)
            #expect(held.status(of: "a")?.st_nlink == 1)
            #expect(held.status(of: "b") == nil)
        }
    }

    @Test(arguments: [0o4600, 0o2750, 0o6711])
    func aFileGivesItsNewGroupToNoUser(before: UInt32) async throws {
        try await withFolder { folder in
            let file = folder.appending("a")
            try write("", to: file)
            chmod(file.string, before)
            #expect(try HeldFolder(folder).share("a", with: getgid(), adding: 0o40) { _ in true } == true)
            #expect(mode(file) == before & 0o777 | 0o40)
        }
    }

    @Test func leavesAloneWhatIsNoLongerWhatWasSeen() async throws {
        try await withFolder { folder in
            let file = folder.appending("a")
            try write("", to: file)
            chmod(file.string, 0o600)
            let held = try HeldFolder(folder)
            let seen = held.status(of: "a")
            try write("", to: file)
            chmod(file.string, 0o600)
            #expect(try held.share("a", with: getgid(), adding: 0o40) { $0.st_ino == seen?.st_ino } == false)
            #expect(try held.share(nil, with: getgid(), adding: 0o77) { _ in false } == false)
            #expect(mode(file) == 0o600)
            #expect(mode(folder) == 0o700)
        }
    }

    @Test func readsAListAsTheKernelDoes() async throws {
        try await withFolder { folder in
            let file = folder.appending("a")
            try write("", to: file)
            let held = try HeldFolder(folder)
            #expect(held.lists("a", .read, for: 4242, in: []) == nil)
            do {
                try AccessList(owner: [.read, .write], group: .read, users: [4242: .read, 17: .write]).set(on: file)
            } catch Errno.notSupported {
                return
            }
            #expect(held.lists("a", .read, for: 4242, in: []) == true)
            #expect(held.lists("a", [.read, .search], for: 4242, in: []) == false)
            #expect(held.lists("a", .read, for: getuid(), in: []) == true)
            // Who is named has no more by the group.
            #expect(held.lists("a", .read, for: 17, in: [getgid()]) == false)
            #expect(held.lists("a", .read, for: 18, in: [getgid()]) == true)
            #expect(held.lists("a", .read, for: 18, in: []) == false)
            // Then the group's digit of the mode is the list's mask.
            chmod(file.string, 0o600)
            #expect(held.lists("a", .read, for: 4242, in: []) == false)
            #expect(held.lists(nil, .read, for: 4242, in: []) == nil)
            try AccessList(owner: [.read, .write, .search], group: [], users: [17: [.read, .search]]).set(on: folder)
            #expect(held.lists(nil, [.read, .search], for: 17, in: []) == true)
            symlink("a", folder.appending("link").string)
            #expect(held.lists("link", .read, for: 4242, in: []) == nil)
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
                #expect(throws: Errno.self) { try held.share(name, with: getgid(), adding: 0o44) { _ in true } }
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
            #expect(try held.share("a", with: getgid(), adding: 0o40) { _ in true } == true)
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
