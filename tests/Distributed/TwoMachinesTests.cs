namespace PPYolo.Tests.Distributed;

[Collection(TwoMachinesGroup.Name)]
public class TwoMachinesTests(TwoMachines machines)
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Ranks_on_two_machines_get_the_same_bits_as_threads(int ranksPerMachine)
    {
        Skip.If(TwoMachines.Missing is not null, TwoMachines.Missing);
        var size = 2 * ranksPerMachine;
        var threads = ThreadAnswers.Of(size);
        var processes = await machines.RunAsync(ranksPerMachine, Programs.Worker, "describe");
        processes.ExitCode.Should().Be(0, processes.ToString());
        for (var rank = 0; rank < size; rank++)
        {
            processes.LinesOf(rank).Should().Equal(threads[rank].Split('\n').Select(line => $"rank {rank} of {size}: {line}"));
        }
    }

    [SkippableFact]
    public async Task Each_machine_has_its_own_first_device()
    {
        Skip.If(TwoMachines.Missing is not null, TwoMachines.Missing);
        var result = await machines.RunAsync(2, Programs.Worker, "where");
        result.ExitCode.Should().Be(0, result.ToString());
        Enumerable
            .Range(0, 4)
            .Select(rank => result.LinesOf(rank).Single())
            .Should()
            .Equal(
                "rank 0 of 4, local 0, on machine1",
                "rank 1 of 4, local 1, on machine1",
                "rank 2 of 4, local 0, on machine2",
                "rank 3 of 4, local 1, on machine2"
            );
    }

    [SkippableTheory]
    [InlineData(
        "kill",
        "rank 1 failed, seen in sum 'gradients' (Float32, 100000 values): it has not answered, and the launcher ends all ranks: it was "
            + "killed or has ended"
    )]
    [InlineData(
        "hang",
        "rank 1 failed, seen in sum 'gradients' (Float32, 100000 values): it did not arrive within 3 s; it is after sum 'warm-up' "
            + "(Float32, 100000 values)"
    )]
    [InlineData("throw", "rank 1 failed, seen in the work after sum 'warm-up' (Float32, 100000 values): batch 7 is empty")]
    public async Task A_failure_on_one_machine_ends_both(string what, string message)
    {
        Skip.If(TwoMachines.Missing is not null, TwoMachines.Missing);
        var result = await machines.RunAsync(1, Programs.Worker, what, "1", what == "hang" ? "3" : "20");
        result.ExitCode.Should().NotBe(0, result.ToString());
        result.Messages.Should().ContainSingle(result.ToString()).Which.Should().Be($"ppyolo: {message}");
        for (var machine = 0; machine < 2; machine++)
        {
            // The pattern does not match itself.
            var alive = await machines.ExecAsync(machine, "sh", "-c", "grep -l '[D]istributed.Worker' /proc/[0-9]*/cmdline");
            alive.Output.Trim().Should().BeEmpty();
        }
    }
}
