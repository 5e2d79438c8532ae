using DiffEngine;
using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Harness.Approval;
using PPYolo.Tests.Unit.Align.Golden;

namespace PPYolo.Tests.Unit.Harness.Approval;

public sealed class ApprovalSessionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string? server = Environment.GetEnvironmentVariable("CI");

    public ApprovalSessionTests()
    {
        // These tests run on build servers too.
        Environment.SetEnvironmentVariable("CI", null);
        BuildServerDetector.Detected = false;
    }

    [Fact]
    public void Approves_what_is_sound_refuses_the_rest_and_says_so()
    {
        Write("good.received.golden", GoldenText.Format(Runs.Golden()));
        Write("bad.received.golden", GoldenText.Format(Runs.Run()));
        Write("help.received.txt", "one\ntwo\n");
        Write("help.verified.txt", "one\n");
        using var output = new StringWriter();

        ApprovalSession.Run(folder.Path, "a reason", mayChangeEnvironment: false, output, ask: null).Should().BeFalse("one was refused");

        output
            .ToString()
            .Should()
            .Contain("refused: it has no floors")
            .And.Contain("0 lines went, 1 came")
            .And.Contain("2 approved, 1 not");
        File.Exists(At("good.verified.golden")).Should().BeTrue();
        File.Exists(At("bad.verified.golden")).Should().BeFalse();
        File.ReadAllText(At("help.verified.txt")).Should().Be("one\ntwo\n");
    }

    [Fact]
    public void An_empty_answer_leaves_the_file()
    {
        Write("a.received.golden", GoldenText.Format(Runs.Golden()));

        ApprovalSession.Run(folder.Path, null, false, TextWriter.Null, ask: () => "").Should().BeFalse();

        File.Exists(At("a.verified.golden")).Should().BeFalse();
    }

    [Fact]
    public void Nothing_is_approved_on_a_build_server()
    {
        Write("a.received.golden", GoldenText.Format(Runs.Golden()));
        Environment.SetEnvironmentVariable("CI", "true");

        FluentActions
            .Invoking(() => ApprovalSession.Run(folder.Path, "a reason", false, TextWriter.Null, ask: null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*build server*");

        File.Exists(At("a.verified.golden")).Should().BeFalse();
    }

    [Fact]
    public void A_file_that_is_no_received_one_is_refused()
    {
        Write("a.verified.golden", "");

        FluentActions
            .Invoking(() => ApprovalSession.Run(At("a.verified.golden"), "a reason", false, TextWriter.Null, null))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*NAME.received.EXTENSION*");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("CI", server);
        folder.Dispose();
    }

    private string At(string name) => folder.File(name);

    private void Write(string name, string text) => File.WriteAllText(At(name), text);
}
