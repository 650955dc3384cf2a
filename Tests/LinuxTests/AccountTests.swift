import Glibc
import Testing

@testable import Linux

@Suite struct AccountTests {
    @Test func rootIsThere() throws {
        let root = try #require(Account("root"))
        #expect(root.id == 0 && root.group == 0)
        #expect(root.groups.contains(0))
        #expect(Account.name(of: 0) == "root")
        #expect(Account.groupName(of: 0) == Account.groupName(of: root.group))
    }

    @Test func aGroupHasTheUsersWhoseOwnItIs() {
        #expect(Account.members(of: 0).contains("root"))
        #expect(Account.members(of: 4_000_000_000) == [])
    }

    @Test func whoIsNotThere() {
        #expect(Account("no-such-user") == nil)
        #expect(Account.group(named: "no-such-group") == nil)
        #expect(Account.name(of: 4_000_000_000) == "4000000000")
    }
}
