using System.Diagnostics;

namespace PPYolo.Tests.Unit.House;

public sealed class ChildProgramTests
{
    [SkippableFact]
    public async Task One_that_hangs_is_ended_and_what_it_wrote_is_said()
    {
        Skip.If(OperatingSystem.IsWindows(), "it needs sh");
        var run = () => ChildProgram.Run(new ProcessStartInfo("sh", ["-c", "echo begun; sleep 600"]), TimeSpan.FromSeconds(1));

        (await run.Should().ThrowAsync<TimeoutException>()).Which.Message.Should().Match("sh -c * was still running after * s*begun*");
    }

    [SkippableFact]
    public async Task One_whose_child_holds_its_output_is_said_to()
    {
        Skip.If(OperatingSystem.IsWindows(), "it needs sh");
        var run = () => ChildProgram.Run(new ProcessStartInfo("sh", ["-c", "sleep 20 & echo begun"]), TimeSpan.FromSeconds(1));

        (await run.Should().ThrowAsync<TimeoutException>())
            .Which.Message.Should()
            .Match("sh -c * has ended, but something that it started holds its output after * s*begun*");
    }

    [SkippableFact]
    public async Task One_that_ends_gives_all_it_wrote()
    {
        Skip.If(OperatingSystem.IsWindows(), "it needs sh");
        var watched = 0;

        var result = await ChildProgram.Run(
            new ProcessStartInfo("sh", ["-c", "cat; printf 'a\r\nb'; echo no >&2; sleep 0.2; exit 3"]),
            watch: process => watched += process.Id > 0 ? 1 : 0
        );

        (result.ExitCode, result.Output, result.Error).Should().Be((3, "a\r\nb", "no\n"));
        watched.Should().BeGreaterThan(1);
    }
}
