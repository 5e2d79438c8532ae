using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>Takes off what wrappers of networks put before every name: DistributedDataParallel and torch.compile.</summary>
internal static class NamePrefixes
{
    private static readonly string[] Known = ["module.", "_orig_mod."];

    /// <summary>The content with the networks' own names, and a note where any was changed.</summary>
    public static TensorContent Strip(TensorContent content)
    {
        for (var at = 0; at < Known.Length; )
        {
            var prefix = Known[at];
            var stripped = With(content.Tensors, prefix);
            if (stripped is null)
            {
                at++;
                continue;
            }

            content = content with
            {
                Tensors = stripped,
                Unread = [.. content.Unread.Select(entry => entry with { Name = Without(entry.Name, prefix) })],
                Notes = [.. content.Notes, $"'{prefix}' was taken off the names of all tensors"],
            };
            at = 0;
        }

        return content;
    }

    // Numbers may stand beside the wrapped network, such as an average's count.
    private static NamedTensors? With(NamedTensors tensors, string prefix)
    {
        var begin = 0;
        foreach (var (name, tensor) in tensors)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                begin++;
            }
            else if (tensor.Shape.Length > 0)
            {
                return null;
            }
        }

        if (begin == 0 || tensors.Names.Select(name => Without(name, prefix)).Distinct(StringComparer.Ordinal).Count() < tensors.Count)
        {
            return null;
        }

        return tensors.Renamed(name => Without(name, prefix));
    }

    private static string Without(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
}
