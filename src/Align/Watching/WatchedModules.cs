using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>
/// The modules inside a model as PyTorch names them: each before those in it, and one that is there under several names under the first.
/// </summary>
internal static class WatchedModules
{
    /// <summary>The modules of which outputs are told: what a chain returns is its last module's.</summary>
    public static IEnumerable<(string Name, nn.Module Module)> Of(nn.Module model) =>
        Inside(model, "", new(ReferenceEqualityComparer.Instance) { model }).Where(pair => pair.Module is not (Sequential or Identity));

    private static IEnumerable<(string Name, nn.Module Module)> Inside(nn.Module model, string prefix, HashSet<nn.Module> seen) =>
        model
            .named_children()
            .Where(child => seen.Add(child.module))
            .SelectMany(child => Inside(child.module, $"{prefix}{child.name}.", seen).Prepend(($"{prefix}{child.name}", child.module)));
}
