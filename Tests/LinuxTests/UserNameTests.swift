import Linux
import Testing

@Suite struct UserNameTests {
    @Test func aUserHasANameIfTheHostKnowsIt() {
        #expect(UserName.of(0) == "root")
        #expect(UserName.of(3_999_999_999) == "3999999999")
    }
}
