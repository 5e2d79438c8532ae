namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class ScrubbingTests : VerifyingTests
{
    [Fact]
    public Task Lines_are_removed() => Shows(Verify("time: 3 s\nloss: 2\nElapsed TIME 4\n").ScrubLinesContaining("time"), "loss: 2\n");

    [Fact]
    public Task Lines_are_removed_with_regard_to_case() =>
        Shows(Verify("time: 3 s\nTIME 4").ScrubLinesContaining(StringComparison.Ordinal, "time", "nothing"), "TIME 4");

    [Fact]
    public Task Lines_are_rewritten_or_dropped() =>
        Shows(
            Verify("a 1\nb 2\nc 3").ScrubLinesWithReplace(line => line[0] == 'b' ? null : line[..1]).ScrubLines(line => line == "never"),
            "a\nc"
        );

    [Fact]
    public Task Scrubbers_run_last_added_first_unless_told_otherwise() =>
        Shows(
            Verify("x")
                .AddScrubber(text => text.Append('1'))
                .AddScrubber(text => text.Append('2'))
                .AddScrubber(text => text.Append('3'), ScrubberLocation.Last),
            "x213"
        );

    [Fact]
    public async Task Those_of_an_extension_leave_others_alone()
    {
        await Shows(Verify("secret"), "secret");
        Snapshots.Write("Extension.verified.scrubbed", "public");
        await Here(Verify("secret", "scrubbed"), "Extension");
        Snapshots.Write("Local.verified.json", "{}");
        await Here(
            Verify("[]", "json").AddScrubber("json", text => text.Replace("[]", "{}")).AddScrubber("txt", text => text.Append("not here")),
            "Local"
        );
    }

    [Fact]
    public Task They_can_be_switched_off() => Shows(Verify("a\r\nb").AddScrubber(text => text.Clear()).DisableScrubbers(), "a\nb");

    [Fact]
    public Task Directories_of_this_machine_get_names() =>
        Shows(
            Verify($"{Path.GetTempPath()}run/a.npz {Path.GetTempPath().TrimEnd('/', '\\')}orary"),
            $"{{TempPath}}run/a.npz {Path.GetTempPath().TrimEnd('/', '\\')}orary"
        );

    private async Task Shows(SettingsTask verification, string expected)
    {
        await Fails(verification);
        Snapshots.Read("Case.received.txt").Should().Be(expected);
    }
}
