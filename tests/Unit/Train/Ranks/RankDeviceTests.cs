using PPYolo.Align;
using PPYolo.Train.Ranks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks;

public sealed class RankDeviceTests
{
    [Theory]
    [InlineData(0, 2, 2, new[] { 0, 1 })]
    [InlineData(1, 2, 3, new[] { 1, 2 })]
    [InlineData(1, 1, 2, new[] { 1 })]
    [InlineData(0, 1, 1, new[] { 0 })]
    public void Ranks_have_cards_from_the_named_one_on(int first, int ranks, int cards, int[] expected)
    {
        var found = ThreadRanks.Run(ranks, rank => RankDevice.Card(first, rank, cards, card => $"GPU-{card}"));

        found.Should().Equal(expected);
    }

    [Fact]
    public void A_process_that_sees_one_card_has_it()
    {
        // As a launcher does that shows each process its own.
        var found = ThreadRanks.Run(3, rank => RankDevice.Card(0, rank, 1, _ => $"GPU-{rank.Rank}"));

        found.Should().Equal(0, 0, 0);
    }

    [Theory]
    [InlineData(0, 1, "rank * and rank 0 would have the same card (*")]
    [InlineData(0, 2, "rank 2 on *: expected card 2 for it, found 2 *")]
    [InlineData(1, 3, "rank 2 on *: expected card 3 for it, found 3 *from cuda:1 on")]
    public void More_ranks_than_cards_are_refused_by_name(int first, int cards, string message)
    {
        var launch = () => ThreadRanks.Run(3, rank => RankDevice.Card(first, rank, cards, card => $"GPU-{card}"));

        launch.Should().Throw<RankFailureException>().WithInnerException<AlignException>().WithMessage(message);
    }

    [Fact]
    public void The_processor_is_shared() => ThreadRanks.Run(2, rank => RankDevice.Of(CPU, rank).ToString()).Should().Equal("cpu", "cpu");
}
