import Support
import SystemPackage
import Testing

@testable import Linux

@Suite struct AccessListTests {
    private func list(_ users: [UInt32]) -> AccessList {
        let users = Dictionary(users.map { ($0, AccessList.Rights.read) }) { one, _ in one }
        return AccessList(owner: [.read, .write], group: .read, users: users)
    }

    @Test func isGivenOnceAndTakenBack() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending("a")
            try write("a", to: file)
            #expect(try list([]).set(on: file) == false)
            do {
                #expect(try list([4242, 17]).set(on: file))
            } catch Errno.notSupported {
                return
            }
            #expect(try list([17, 4242]).set(on: file) == false)
            #expect(try list([17]).set(on: file))
            #expect(try list([]).set(on: file))
            #expect(try list([]).set(on: file) == false)
        }
    }

    @Test func saysWhatIsNotThere() {
        #expect(throws: Errno.noSuchFileOrDirectory) { try list([17]).set(on: "/missing/file") }
    }
}
