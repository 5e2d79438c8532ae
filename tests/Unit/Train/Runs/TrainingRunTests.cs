using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Runs;

public class TrainingRunTests
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

        var ends = ThreadRanks.Run(2, ranks => TrainingRun.Execute(plan, ranks, everywhere: everywhere));

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
}
