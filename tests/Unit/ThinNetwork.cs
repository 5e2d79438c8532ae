using System.Runtime.CompilerServices;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit;

/// <summary>
/// ResNet18-vd with an eighth of its channels: a checkpoint of it has 4 MB, not 250. For tests of what goes on around a training: epochs,
/// checkpoints, capsules, commands. The network has every layer, name and loss of the small one.
/// </summary>
internal static class ThinNetwork
{
    public const string Name = "r18vd-thin";

    /// <summary>
    /// With half of the channels, for several ranks: it has what the thin one is too small for, and what ranks share or do in pieces:
    /// Winograd's factors, tensors of several pieces and sketches of several chunks.
    /// </summary>
    public const string OfRanks = "r18vd-half";

#pragma warning disable CA2255 // This is no library: nobody uses these tests but the runner.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register()
    {
        NetworkPresets.Add(Name, NetworkPresets.R18Vd with { Thinner = 8 });
        NetworkPresets.Add(OfRanks, NetworkPresets.R18Vd with { Thinner = 2 });
    }
}
