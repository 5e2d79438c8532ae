using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;

namespace PPYolo.Harness.Explain;

/// <summary>Which optimizer group trains a tensor of a trace, as the modules of its network say.</summary>
internal sealed class OptimizerGroups
{
    private static readonly Lazy<OptimizerGroups> OfKnownNetworks = new(() =>
        new(NetworkPresets.Names.Select(name => NetworkPresets.Find(name)!))
    );

    private readonly HashSet<string> undecayed = new(StringComparer.Ordinal);

    private OptimizerGroups(IEnumerable<NetworkOptions> networks)
    {
        foreach (var options in networks)
        {
            using var network = new PPYoloNetwork(options);
            undecayed.UnionWith(StateEntries.Of(network).Where(entry => !entry.Decays).Select(entry => entry.Key));
        }
    }

    /// <summary>Those of a run's network; where nobody knows what was trained, of all networks that have names.</summary>
    public static OptimizerGroups Of(TrainOptions? options) => options is null ? OfKnownNetworks.Value : new([options.ToNetwork()]);

    /// <summary>The group of a parameter.</summary>
    public string NameFor(string key) => undecayed.Contains(key) ? ParameterGroup.NoDecay : ParameterGroup.Decay;
}
