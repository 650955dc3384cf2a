import Glibc
import Support
import SystemPackage
import Testing

@testable import Linux

@Suite("A file", .timeLimit(.minutes(1)))
struct FileTests {
    @Test("is replaced as a whole, with nothing left beside it")
    func replace() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending("file")
            for bytes in [[], [1, 2, 3], Array(repeating: 7, count: 100_000), [9]] as [[UInt8]] {
                try File.replace(path, with: bytes, mode: .ownerReadWrite)
                #expect(try File.read(path) == bytes)
                #expect(try File.names(in: folder) == ["file"])
            }
            var status = stat()
            #expect(stat(path.string, &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("is read to its end, or until the time is over")
    func readInTime() throws {
        let pipe = try FileDescriptor.pipe()
        defer { try? pipe.readEnd.close() }
        try pipe.writeEnd.writeAll([1, 2])
        #expect(throws: Errno.timedOut) { try File.read(pipe.readEnd, limit: 9, within: .milliseconds(20)) }
        try pipe.writeEnd.writeAll([3, 4])
        try pipe.writeEnd.close()
        #expect(try File.read(pipe.readEnd, limit: 9, within: .seconds(60)) == [3, 4])
    }

    @Test("has another name until it is whole, and is its owner's alone")
    func draft() async throws {
        try await withTemporaryFolder { folder in
            try write("left by a killed process", to: folder.appending(".3-a.part"))
            try write("of somebody else", to: folder.appending(".a"))
            do {
                let draft = try DraftFile(folder.appending("3-a"))
                try draft.descriptor.writeAll([1, 2, 3])
                #expect(try draft.size() == 3)
                #expect(try File.names(in: folder).sorted() == [".3-a.part", ".a"])
                #expect(draft.trouble() == nil)
            }
            #expect(try File.names(in: folder) == [".a"])
            let second = try DraftFile(folder.appending("3-a"))
            try second.descriptor.writeAll([4, 5])
            try second.publish()
            var bytes: [UInt8] = []
            #expect(try File.read(folder.appending("3-a")) == [4, 5])
            var status = stat()
            #expect(stat(folder.appending("3-a").string, &status) == 0 && status.st_mode & 0o777 == 0o600)
            let third = try DraftFile(folder.appending("4-a"))
            try third.descriptor.writeAll([6, 7])
            try third.read { bytes += $0 }
            #expect(bytes == [6, 7])
            DraftFile.removeLeftovers(in: folder)
            #expect(try File.names(in: folder).sorted() == [".a", "3-a"])
        }
    }

    /// An agent that serves several apps opens other files meanwhile, under the number that is free.
    @Test("that cannot get its name is closed once")
    func draftWithoutItsName() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending("3-a")
            try File.makeFolder(path, mode: .ownerReadWriteExecute)
            let other: FileDescriptor
            do {
                let draft = try DraftFile(path)
                try draft.descriptor.writeAll([1, 2, 3])
                #expect(throws: Errno.isDirectory) { try draft.publish() }
                other = try FileDescriptor.open(
                    folder.appending("other"),
                    .readWrite,
                    options: .create,
                    permissions: .ownerReadWrite
                )
                #expect(draft.trouble() == nil)
            }
            #expect(try File.read(folder.appending("other")) == [])
            #expect(fcntl(other.rawValue, F_GETFD) >= 0)
            #expect(try File.names(in: folder).sorted() == ["3-a", "other"])
            try other.close()
        }
    }

    @Test("is replaced by a draft with the wanted permissions, of which nothing is left if that fails")
    func replacement() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending("a")
            for byte: UInt8 in [1, 2] {
                try DraftFile.replace(path, with: [byte], mode: [.ownerReadWrite, .otherRead])
            }
            #expect(try File.read(path) == [2])
            var status = stat()
            #expect(stat(path.string, &status) == 0 && status.st_mode & 0o777 == 0o604)
            let taken = folder.appending("b")
            try File.makeFolder(taken, mode: .ownerReadWriteExecute)
            #expect(throws: Errno.isDirectory) { try DraftFile.replace(taken, with: [3], mode: .ownerReadWrite) }
            #expect(try File.names(in: folder).sorted() == ["a", "b"])
        }
    }

    @Test("is unchanged if it cannot be replaced")
    func unreplaceable() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending("file")
            try File.replace(path, with: [1], mode: .ownerReadWrite)
            // Something that cannot be written has the draft's name.
            symlink("/nonexistent/elsewhere", folder.appending("file.new").string)
            #expect(throws: Errno.tooManySymbolicLinkLevels) {
                try File.replace(path, with: [2], mode: .ownerReadWrite)
            }
            #expect(try File.read(path) == [1])
            #expect(throws: Errno.noSuchFileOrDirectory) {
                try File.replace(folder.appending("missing/file"), with: [], mode: .ownerReadWrite)
            }
        }
    }

    @Test("grows by the appended bytes, even if it was missing")
    func append() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending("file")
            for bytes in [[1], [], [2, 3]] as [[UInt8]] { try File.append(bytes, to: path, mode: .ownerReadWrite) }
            #expect(try File.read(path) == [1, 2, 3])
            symlink(path.string, folder.appending("link").string)
            #expect(throws: Errno.tooManySymbolicLinkLevels) {
                try File.append([4], to: folder.appending("link"), mode: .ownerReadWrite)
            }
        }
    }

    @Test("is read up to a limit from the descriptor's position")
    func limit() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending("file")
            let bytes = (0..<40_000).map { UInt8(truncatingIfNeeded: $0) }
            try File.replace(path, with: bytes, mode: .ownerReadWrite)
            let file = try FileDescriptor.open(path, .readOnly)
            try file.closeAfter { () throws in
                #expect(try File.read(file, limit: 0) == [])
                #expect(try File.read(file, limit: 30_000) == Array(bytes[..<30_000]))
                #expect(try File.read(file, limit: 30_000) == Array(bytes[30_000...]))
                #expect(try File.read(file, limit: 1) == [])
            }
        }
    }

    @Test("gets its missing parent folders, and leaves existing ones as they are")
    func folders() async throws {
        try await withTemporaryFolder { top in
            let folder = top.appending("a").appending("b").appending("c")
            for _ in 0..<2 { try File.makeFolder(folder, mode: .ownerReadWriteExecute) }
            #expect(try File.names(in: folder) == [])
            #expect(try File.names(in: top) == ["a"])
            try File.replace(top.appending("file"), with: [], mode: .ownerReadWrite)
            #expect(throws: Errno.notDirectory) {
                try File.makeFolder(top.appending("file").appending("below"), mode: .ownerReadWriteExecute)
            }
            #expect(throws: Errno.noSuchFileOrDirectory) { try File.names(in: top.appending("missing")) }
        }
    }

    @Test("is locked by one descriptor, or shared by several, until they are closed")
    func lock() async throws {
        try await withTemporaryFolder { folder in
            let (one, other) = (try File.openFolder(folder), try File.openFolder(folder))
            #expect(try one.tryLock(.exclusive))
            #expect(try !other.tryLock(.exclusive))
            #expect(try !other.tryLock(.shared))
            #expect(try one.tryLock(.shared))
            #expect(try other.tryLock(.shared))
            #expect(try !other.tryLock(.exclusive))
            try one.close()
            // A child that another test starts at this moment has its copy until it is a program of its own.
            while try !other.tryLock(.exclusive) { await Task.yield() }
            try other.close()
        }
    }
}

@Suite("The last elements")
struct TailTests {
    @Test("are limited in number", arguments: 0...5)
    func tail(limit: Int) {
        var tail = Tail<Int>(limit)
        for element in 1...4 {
            tail.append(element)
            #expect(tail.elements == Array((1...element).suffix(limit)))
        }
    }
}
