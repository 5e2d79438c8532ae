using System.Runtime.InteropServices;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Runs;

public class IterationLoopTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Other_ranks_than_the_first_return_tensors_where_all_are_asked(bool everywhere)
    {
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=2", "sizes=[64]"]);
        var plan = new RunPlan(
            options,
            StartWeights.Parse("generator:1").For(options.ToNetwork()),
            RankBatches.Generated("1", options, [1, 1], perRankSizes: false),
            1,
            "1"
        );

        var ends = ThreadRanks.Run(2, ranks => IterationLoop.Execute(plan, ranks, everywhere: everywhere));

        ends[0].Raw.Names.Should().NotBeEmpty();
        ends.Should().AllSatisfy(end => end.Steps.Should().HaveCount(1));
        foreach (
            var (first, second) in new[] { (ends[0].Raw, ends[1].Raw), (ends[0].Ema, ends[1].Ema), (ends[0].Momentum, ends[1].Momentum) }
        )
        {
            second.Names.Should().Equal(everywhere ? first.Names : []);
            second.Where(pair => !pair.Value.BitwiseEquals(first[pair.Key])).Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB.\nSee documentation")]
    [InlineData("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: not enough memory: you tried to allocate 2147483648 bytes.")]
    public void Full_memory_names_the_batch_that_did_not_fit(string message)
    {
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=2", "sizes=[64]"]);
        var plan = new RunPlan(
            options,
            StartWeights.Parse("generator:1").For(options.ToNetwork()),
            RankBatches.Generated("1", options, [2], perRankSizes: false),
            1,
            "1"
        )
        {
            Alteration = Alteration.OfBatch(_ => throw new ExternalException(message)),
        };
        using var ranks = new SoloRanks();

        var run = () => IterationLoop.Execute(plan, ranks);

        run.Should()
            .Throw<TrainingHaltedException>()
            .WithMessage(
                $"iteration 0: 2 images of 64x64 do not fit into the memory of cpu ({message.Split('\n')[0]}); take a smaller batch*"
            );
    }
}
