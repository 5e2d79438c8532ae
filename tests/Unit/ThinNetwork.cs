using System.Runtime.CompilerServices;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit;

/// <summary>
/// ResNet18-vd with an eighth of its channels: a checkpoint of it has 4 MB, not 250. For tests of what goes on around a training: epochs,
/// checkpoints, capsules. It has every layer, name and loss of the small network.
/// </summary>
internal static class ThinNetwork
{
    public const string Name = "r18vd-thin";

#pragma warning disable CA2255 // This is no library: nobody uses these tests but the runner.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() => NetworkPresets.Add(Name, NetworkPresets.R18Vd with { Thinner = 8 });
}
