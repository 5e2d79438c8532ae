using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;

namespace PPYolo.Tests.Unit.Train.Runs;

public class RunAgreementTests
{
    private static readonly RunPlan Plan = new(
        new TrainOptions { Network = "r18vd" },
        new NamedTensors { { "x", TensorData.Of<float>([1, 2], 2) } },
        _ => throw new InvalidOperationException("no batch is asked for"),
        10,
        "1"
    )
    {
        DataFacts = [new("data", "generator:1")],
    };

    public static TheoryData<string, string> Differences =>
        new()
        {
            { "seed", "the seed is 2 on rank 1, 1 on rank 0" },
            { "momentum", "momentum is 0.8 on rank 1, 0.9 on rank 0" },
            { "dropBlock", "dropBlock is false on rank 1, true on rank 0" },
            { "iterations", "the number of iterations is 11 on rank 1, 10 on rank 0" },
            { "data", "data is generator:2 on rank 1, generator:1 on rank 0" },
            { "weights", "the start weights (SHA-256) is *" },
        };

    [Theory]
    [MemberData(nameof(Differences))]
    public void A_rank_that_trains_another_run_is_named_with_both_values(string what, string message)
    {
        var other = what switch
        {
            "seed" => Plan with { Seed = "2" },
            "momentum" => Plan with { Options = Plan.Options with { Momentum = 0.8 } },
            "dropBlock" => Plan with { Options = Plan.Options with { DropBlock = !Plan.Options.DropBlock } },
            "iterations" => Plan with { Iterations = 11 },
            "data" => Plan with { DataFacts = [new("data", "generator:2")] },
            _ => Plan with { Start = new NamedTensors { { "x", TensorData.Of<float>([1, 3], 2) } } },
        };

        FluentActions
            .Invoking(() => Agree(rank => rank == 1 ? other : Plan))
            .Should()
            .Throw<RankFailureException>()
            .WithInnerException<RankDisagreementException>()
            .WithMessage($"rank 1 was started to train another run than rank 0: {message}*");
    }

    [Fact]
    public void Ranks_that_train_the_same_go_on() => Agree(_ => Plan).Should().Equal(0, 1, 2);

    [Theory]
    [InlineData("epochs", "the run is over epochs on rank 1, of some iterations on rank 0")]
    [InlineData("3,1", "--split is 3,1 on rank 1, not given on rank 0")]
    public void A_rank_that_was_started_in_another_way_is_named(string what, string message)
    {
        FluentActions
            .Invoking(() =>
                ThreadRanks.Run(
                    2,
                    ranks =>
                    {
                        var other = ranks.Rank == 1;
                        RunAgreement.RequireSame(
                            other && what == "epochs"
                                ? [new(RunAgreement.Kind, "over epochs"), new("--out", "run")]
                                : [new(RunAgreement.Kind, "of some iterations"), new("--split", other ? what : null)],
                            ranks
                        );
                        return ranks.Rank;
                    }
                )
            )
            .Should()
            .Throw<RankFailureException>()
            .WithInnerException<RankDisagreementException>()
            .WithMessage($"rank 1 was started to train another run than rank 0: {message}*");
    }

    private static int[] Agree(Func<int, RunPlan> plans) =>
        [
            .. ThreadRanks.Run(
                3,
                ranks =>
                {
                    RunAgreement.Require(plans(ranks.Rank), ranks, note => throw new AlignException(note));
                    return ranks.Rank;
                }
            ),
        ];
}
