import DockerModel
import Rules
import Testing

@testable import berth

@Suite struct SetupAnswerTests {
    private func answer(_ progress: SetupAnswer.Progress) throws -> SetupAnswer {
        let app = try #require(AppName("shop"))
        var facts = SetupFacts(app: app, directory: "/srv/shop", user: "deploy", settingsFile: "/e/shop.toml")
        let folder = FileFacts(
            path: "/srv/shop",
            kind: .folder,
            owner: "root",
            group: "root",
            mode: 0o755,
            changed: Timestamp(seconds: 0)
        )
        let identity = SetupFacts.File.Identity(device: 1, inode: 2)
        facts.folder = SetupFacts.File(name: nil, facts: folder, identity: identity, links: 2)
        let finding = Finding(.error, .folder, app, "/srv/shop/.env", "is missing", try: "write it")
        return SetupAnswer(
            app: app,
            home: "/home/deploy",
            setup: try facts.setup(),
            progress: progress,
            findings: Findings(progress == .done ? [finding] : [])
        )
    }

    private let ending = """
        CI's key gets a line in /home/deploy/.ssh/authorized_keys, with the key itself in the place of ssh-ed25519 …:
          restrict,command="GITHUB_ACTIONS=true berth receive shop --summary" ssh-ed25519 AAAA… name
        """

    @Test func whatWouldBeDone() throws {
        #expect(
            try Render.text(answer(.planned), as: .lines) == """
                Was right already:
                  user deploy is there
                  /srv/shop can be read by user berth
                Would be done:
                  spool /var/spool/berth/shop is made: deploy:berth, mode 2770
                  /e/shop.toml is written: directory, readers
                  the agent reads the settings again
                Left to you:
                  /srv/shop/.env is missing: write the app's runtime settings there; each drop is refused until then
                  /srv/shop/compose.yaml is missing: put it there, or let CI deliver it with rsync --chmod=F644 before the \
                first drop

                """ + ending
        )
    }

    @Test func whatWasDone() throws {
        let text = try Render.text(answer(.done), as: .lines)
        #expect(text.contains("Done:\n  spool /var/spool/berth/shop is made"))
        #expect(
            text.contains(
                "berth check says of shop:\n  error: /srv/shop/.env is missing\n      try: write it\n"
            )
        )
        #expect(text.hasSuffix(ending))
    }

    @Test func whatWasDoneBeforeAStepFailed() throws {
        let failure = Failure(.setupRefused, "/e/shop.toml", "cannot be written: no room", hint: "make room")
        let answer = try answer(.failed(after: 1, failure))
        let text = try Render.text(answer, as: .lines)
        #expect(
            text.contains(
                """
                Done:
                  spool /var/spool/berth/shop is made: deploy:berth, mode 2770
                Failed:
                  /e/shop.toml is written: directory, readers
                      /e/shop.toml cannot be written: no room; make room
                Not reached:
                  the agent reads the settings again
                Left to you:
                """
            )
        )
        #expect(text.hasSuffix(ending))
        #expect(answer.exitStatus == ExitStatus(Cause.setupRefused))
        #expect(try self.answer(.done).exitStatus == .success)
    }
}
