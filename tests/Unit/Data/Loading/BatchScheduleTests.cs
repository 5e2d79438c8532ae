using PPYolo.Align;
using PPYolo.Data.Loading;

namespace PPYolo.Tests.Unit.Data.Loading;

public class BatchScheduleTests
{
    private const int Images = 30;

    [Fact]
    public void Every_image_comes_once_in_each_epoch_and_epochs_differ()
    {
        var samples = Samples(Options(batch: 8), 0, 30).ToList();

        for (var epoch = 0; epoch < 8; epoch++)
        {
            var order = samples.Skip(epoch * Images).Take(Images).ToList();
            order.Should().OnlyContain(sample => sample.Epoch == epoch);
            order.Select(sample => sample.Index).Should().BeEquivalentTo(Enumerable.Range(0, Images));
        }

        samples
            .Take(Images)
            .Select(sample => sample.Index)
            .Should()
            .NotEqual(samples.Skip(Images).Take(Images).Select(sample => sample.Index));
        samples.Take(Images).Select(sample => sample.Index).Should().NotBeInAscendingOrder();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Ranks_take_turns_along_the_one_order(int ranks)
    {
        var alone = new BatchSchedule(Images, Options(batch: 8));
        var together = Enumerable.Range(0, ranks).Select(rank => new BatchSchedule(Images, Options(batch: 8, rank, ranks))).ToList();

        for (var iteration = 0; iteration < 20; iteration++)
        {
            var whole = alone.At(iteration).Samples;
            for (var rank = 0; rank < ranks; rank++)
            {
                together[rank].At(iteration).Samples.Should().Equal(whole.Where((_, place) => place % ranks == rank));
            }
        }
    }

    [Fact]
    public void A_plan_does_not_depend_on_what_was_asked_for_before()
    {
        var forwards = new BatchSchedule(Images, Options(batch: 8));
        var expected = Enumerable.Range(0, 20).Select(forwards.At).ToList();
        var anyhow = new BatchSchedule(Images, Options(batch: 8));

        foreach (var iteration in new[] { 19, 3, 4, 0, 18, 3 })
        {
            anyhow.At(iteration).Samples.Should().Equal(expected[iteration].Samples);
        }
    }

    [Fact]
    public void Sizes_change_from_batch_to_batch_and_all_come()
    {
        var schedule = new BatchSchedule(Images, Options(batch: 8));

        var sizes = Enumerable.Range(0, 300).Select(iteration => schedule.At(iteration).Size).ToList();

        sizes.GroupBy(size => size).Select(group => group.Count()).Should().HaveCount(3).And.OnlyContain(count => count > 70);
        sizes.Zip(sizes.Skip(1)).Count(pair => pair.First == pair.Second).Should().BeLessThan(140);
    }

    [Fact]
    public void Ranks_draw_their_own_sizes_unless_they_are_to_have_the_same()
    {
        var own = Sizes(Options(8, 0, 2)).Zip(Sizes(Options(8, 1, 2))).Count(pair => pair.First == pair.Second);

        own.Should().BeInRange(15, 55);
        Sizes(Options(8, 0, 2) with { SameSizeAcrossRanks = true })
            .Should()
            .Equal(Sizes(Options(8, 1, 2) with { SameSizeAcrossRanks = true }));
        Sizes(Options(8, 1, 2) with { SameSizeAcrossRanks = true })
            .Should()
            .Equal(Sizes(Options(8)), "one rank alone is what two are aligned with");
    }

    [Fact]
    public void Seeds_differ()
    {
        Samples(Options(8), 0, 3).Should().NotEqual(Samples(Options(8) with { Seed = "2" }, 0, 3));
        Sizes(Options(8)).Should().NotEqual(Sizes(Options(8) with { Seed = "2" }));
    }

    [Theory]
    [InlineData(7, 0, 2, "share evenly")]
    [InlineData(8, 2, 2, "rank from 0 to 1")]
    public void Options_that_cannot_be_are_refused(int batch, int rank, int ranks, string message) =>
        FluentActions.Invoking(() => Options(batch, rank, ranks).Validate()).Should().Throw<AlignException>().WithMessage($"*{message}*");

    private static LoaderOptions Options(int batch, int rank = 0, int ranks = 1) =>
        new()
        {
            Seed = "1",
            Batch = batch,
            Sizes = [64, 96, 128],
            Rank = rank,
            Ranks = ranks,
        };

    private static IEnumerable<SampleKey> Samples(LoaderOptions options, int first, int count)
    {
        var schedule = new BatchSchedule(Images, options);
        return Enumerable.Range(first, count).SelectMany(iteration => schedule.At(iteration).Samples);
    }

    private static List<int> Sizes(LoaderOptions options)
    {
        var schedule = new BatchSchedule(Images, options);
        return [.. Enumerable.Range(0, 100).Select(iteration => schedule.At(iteration).Size)];
    }
}
