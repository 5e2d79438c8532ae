using System.Text;
using PPYolo.Align;
using PPYolo.Train.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Where each rank computes. Cards are given out by the number of a rank on its machine, from the one that was named on; a process that
/// sees one card alone has that. No two ranks have the same card: each would wait in its own kernels for what the other adds to a norm.
/// </summary>
internal static class RankDevice
{
    /// <summary>The device of a rank. All ranks call it together.</summary>
    /// <param name="device">What was asked for.</param>
    /// <param name="ranks">Who trains together.</param>
    /// <exception cref="AlignException">There is no card for this rank alone.</exception>
    public static Device Of(Device device, IRanks ranks) =>
        device.type == DeviceType.CUDA
            ? torch.device($"cuda:{Card(Math.Max(device.index, 0), ranks, cuda.device_count(), CudaDriver.Identify)}")
            : device;

    /// <summary>The number of a rank's card.</summary>
    /// <param name="first">The card of the first rank on a machine.</param>
    /// <param name="ranks">Who trains together.</param>
    /// <param name="cards">Cards that this process sees.</param>
    /// <param name="identify">Tells a card from all others.</param>
    internal static int Card(int first, IRanks ranks, int cards, Func<int, string> identify)
    {
        var card = first + ranks.LocalRank;
        // Launchers may show each process its own card; whether they did is seen below.
        card = card >= cards && cards == 1 ? 0 : card;
        if (ranks.Size > 1)
        {
            var place = $"{Environment.MachineName}, {(card < cards ? identify(card) : $"none for rank {ranks.Rank}")}";
            var places = ranks.Gather("places", Encoding.UTF8.GetBytes(place)).Select(Encoding.UTF8.GetString).ToList();
            if (places.IndexOf(place) is var other && other != ranks.Rank)
            {
                throw new AlignException(
                    $"rank {ranks.Rank} and rank {other} would have the same card ({place}), where they would wait for each other for "
                        + $"ever: start no more ranks on a machine than it has cards"
                );
            }
        }

        return card < cards
            ? card
            : throw new AlignException(
                $"rank {ranks.Rank} on {Environment.MachineName}: expected card {card} for it, found {cards} from cuda:0 on; start no more "
                    + $"ranks on a machine than it has cards from cuda:{first} on"
            );
    }
}
