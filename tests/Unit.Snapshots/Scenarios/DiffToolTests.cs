using PPYolo.Tests.Unit.Snapshots.Support;

namespace PPYolo.Tests.Unit.Snapshots.Scenarios;

/// <summary>When the diff tool opens. The tool here is a script that writes down what it was started with.</summary>
public sealed class DiffToolTests : IDisposable
{
    private readonly TemporaryFolder directory = new();
    private readonly TemporaryFolder tool = new();

    public void Dispose()
    {
        directory.Dispose();
        tool.Dispose();
    }

    [Fact]
    public async Task It_opens_on_the_two_files()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var subject = WithTool();
        directory.Write("OneText.Text.verified.txt", "11");

        (await subject.Run("12", "OneText"))["OneText.Text"].Passed.Should().BeFalse();

        (await Started(subject, expected: true))
            .Should()
            .Contain(directory.File("OneText.Text.received.txt"))
            .And.Contain(directory.File("OneText.Text.verified.txt"));
    }

    [Fact]
    public async Task It_does_not_open_for_an_equal_snapshot()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var subject = WithTool();
        directory.Write("OneText.Text.verified.txt", "12");

        (await subject.Run("12", "OneText"))["OneText.Text"].Passed.Should().BeTrue();

        (await Started(subject, expected: false)).Should().BeEmpty();
    }

    [SubsetFact]
    public Task It_does_not_open_where_CI_is_true() => ShouldNotOpen("CI", "true");

    [Fact]
    public Task It_does_not_open_on_a_server_that_DiffEngine_knows() => ShouldNotOpen("JENKINS_URL", "http://localhost");

    [Fact]
    public Task It_does_not_open_where_it_is_disabled() => ShouldNotOpen("DiffEngine_Disabled", "true");

    private async Task ShouldNotOpen(string variable, string value)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var subject = WithTool();
        subject.Environment[variable] = value;
        directory.Write("OneText.Text.verified.txt", "11");

        (await subject.Run("12", "OneText"))["OneText.Text"].Passed.Should().BeFalse();

        (await Started(subject, expected: false)).Should().BeEmpty();
    }

    private Subject WithTool()
    {
        tool.Write(
            "record",
            $"#!/bin/sh\necho \"$@\" > '{tool.File("writing")}' && mv '{tool.File("writing")}' '{tool.File("started")}'\n"
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(tool.File("record"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var subject = new Subject(directory) { Environment = { ["SUBJECT_DIFF_TOOL"] = tool.File("record") } };
        subject.Environment.Remove("DiffEngine_Disabled");
        return subject;
    }

    // The tool is started and not waited for; where it must not start, a moment is given in which it would have.
    private async Task<string> Started(Subject subject, bool expected)
    {
        subject.Environment.Should().ContainKey("SUBJECT_DIFF_TOOL");
        for (var attempt = 0; attempt < (expected ? 100 : 4) && !File.Exists(tool.File("started")); attempt++)
        {
            await Task.Delay(50);
        }

        return File.Exists(tool.File("started")) ? tool.Read("started") : "";
    }
}
