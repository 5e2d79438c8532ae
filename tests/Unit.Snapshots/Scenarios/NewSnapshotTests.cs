using PPYolo.Tests.Unit.Snapshots.Support;

namespace PPYolo.Tests.Unit.Snapshots.Scenarios;

/// <summary>A test without a snapshot, from its first failure to its approval and beyond.</summary>
public sealed class NewSnapshotTests : IDisposable
{
    private readonly TemporaryFolder directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_missing_snapshot_fails_and_writes_the_received_file()
    {
        var results = await new Subject(directory).Run("12", "Facts", "Facts+Within");

        results.Values.Should().HaveCount(4).And.OnlyContain(result => !result.Passed);
        directory
            .Names()
            .Should()
            .Equal(
                "Facts.Bytes.received.bytes",
                "Facts.Number.received.number",
                "Facts.Text.received.txt",
                "Facts.Within.Text.received.txt"
            );
        directory.Read("Facts.Text.received.txt").Should().Be("12");
        results["Facts.Text"]
            .Message.Should()
            .StartWith($"Directory: {directory.Path}\nNew:\n  - Received: Facts.Text.received.txt\n    Verified: Facts.Text.verified.txt\n")
            .And.Contain("Received: Facts.Text.received.txt\n12\n");
    }

    [Fact]
    public async Task Renaming_the_received_file_approves_it_and_a_change_fails_again()
    {
        var subject = new Subject(directory);
        await subject.Run("12", "OneText");
        File.Move(directory.File("OneText.Text.received.txt"), directory.File("OneText.Text.verified.txt"));

        (await subject.Run("12", "OneText"))["OneText.Text"].Passed.Should().BeTrue();
        directory.Names().Should().Equal("OneText.Text.verified.txt");

        var red = (await subject.Run("13", "OneText"))["OneText.Text"];
        red.Passed.Should().BeFalse();
        red.Message.Should().Contain("NotEqual:\n  - Received: OneText.Text.received.txt\n    Verified: OneText.Text.verified.txt\n");
        red.Message.Should().Contain("OneText.Text.received.txt\n13\n").And.Contain("OneText.Text.verified.txt\n12\n");
        directory.Read("OneText.Text.received.txt").Should().Be("13");

        (await subject.Run("12", "OneText"))["OneText.Text"].Passed.Should().BeTrue();
        directory.Names().Should().Equal(["OneText.Text.verified.txt"], "what an earlier run received is stale once the test passes");
    }

    [Fact]
    public async Task Registered_comparers_decide_and_their_message_is_shown()
    {
        directory.Write("Facts.Text.verified.txt", "12");
        directory.Write("Facts.Number.verified.number", "11.5");
        directory.Write("Facts.Bytes.verified.bytes", "xy");
        var subject = new Subject(directory);
        (await subject.Run("12", "Facts")).Values.Should().OnlyContain(result => result.Passed);

        var red = await subject.Run("123", "Facts");
        red.Values.Should().OnlyContain(result => !result.Passed);
        red["Facts.Number"].Message.Should().Contain("Compare Result:\ndiffers by 111.5");
        red["Facts.Bytes"].Message.Should().Contain("Compare Result:\n3 bytes in place of 2");

        (await subject.Run("NaN", "Facts"))["Facts.Number"].Passed.Should().BeFalse("not a number is within no distance");
    }
}
