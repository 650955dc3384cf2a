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
            #expect(list([]).isSet(on: file))
            do {
                try list([4242, 17]).set(on: file)
            } catch Errno.notSupported {
                return
            }
            #expect(list([17, 4242]).isSet(on: file) && !list([]).isSet(on: file))
            try list([17]).set(on: file)
            #expect(list([17]).isSet(on: file))
            try list([]).set(on: file)
            #expect(list([]).isSet(on: file))
        }
    }

    @Test func saysWhatIsNotThere() {
        #expect(throws: Errno.noSuchFileOrDirectory) { try list([17]).set(on: "/missing/file") }
    }
}
