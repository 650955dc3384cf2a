import Systemd
import Testing

@Suite struct MessageIDTests {
    @Test func keepsAll128Bits() {
        let id: MessageID = "00f77379a8490b408bbe5f6940505a7f"
        #expect(id.description == "00f77379a8490b408bbe5f6940505a7f")
    }

    @Test func readsCapitalsAsTheSameNumber() {
        #expect(MessageID("00F77379A8490B408BBE5F6940505A7F") == "00f77379a8490b408bbe5f6940505a7f")
    }

    @Test(arguments: [
        "", "f77379a8490b408bbe5f6940505a777", "f77379a8490b408bbe5f6940505a777bb",
        "f77379a8-490b-408b-be5f-6940505a", "+77379a8490b408bbe5f6940505a777b", "g77379a8490b408bbe5f6940505a777b",
    ])
    func refusesWhatIsNot32Digits(text: String) {
        #expect(MessageID(text) == nil)
    }
}
