using static TorchSharp.torch;

namespace PPYolo.Model.State;

/// <summary>
/// Walks a module's parameters and buffers in PyTorch's order: a module's own parameters, its own buffers, then its children.
/// </summary>
public static class StateEntries
{
    /// <summary>All entries. The tensors are the module's own.</summary>
    public static IReadOnlyList<StateEntry> Of(nn.Module module)
    {
        var entries = new List<StateEntry>();
        Walk(module, "", entries);
        return entries;
    }

    private static void Walk(nn.Module module, string prefix, List<StateEntry> entries)
    {
        foreach (var (name, parameter) in module.named_parameters(recurse: false))
        {
            entries.Add(new(prefix + name, parameter) { Decays = module is not IDecayRule rule || rule.Decays(name) });
        }

        foreach (var (name, buffer) in module.named_buffers(recurse: false))
        {
            entries.Add(new(prefix + name, buffer));
        }

        foreach (var (name, child) in module.named_children())
        {
            Walk(child, prefix + name + ".", entries);
        }
    }
}
