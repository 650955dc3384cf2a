import DockerModel
import Testing

@testable import Rules

@Suite struct MentionsTests {
    private let one = VolumeName(rawValue: String(repeating: "1f", count: 32))
    private let two = VolumeName(rawValue: String(repeating: "2e", count: 32))

    @Test func aNameIsFoundWhereverItStands() {
        for text in ["\(one)", "name: \(one)", "x\(one)y", "/var/lib/docker/volumes/\(one)/_data", " \(one)f"] {
            #expect(mentionedVolumes(in: Array(text.utf8)).contains(one))
        }
        #expect(mentionedVolumes(in: Array("\(two) \(one)".utf8)) == [one, two])
    }

    @Test func anythingElseIsNoMention() {
        for text in ["", String(one.rawValue.dropLast()), one.rawValue.uppercased()] {
            #expect(mentionedVolumes(in: Array(text.utf8)) == [])
        }
    }

    @Test func bytesThatAreNoTextAreNoHindrance() {
        #expect(mentionedVolumes(in: [0xFF, 0x00] + Array(one.rawValue.utf8) + [0xC3]) == [one])
    }
}
