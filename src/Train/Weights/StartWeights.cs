using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;

namespace PPYolo.Train.Weights;

/// <summary>Where a run's weights come from: "generator:SEED", "generator:SEED:calm", "generator:SEED:scratch", or a file.</summary>
/// <param name="Seed">The generator's seed, or null for a file.</param>
/// <param name="Profile">The generator's profile.</param>
/// <param name="File">The file, or null for the generator.</param>
public sealed record StartWeights(string? Seed, WeightProfile Profile, string? File)
{
    private const string Prefix = "generator:";

    /// <summary>plain or calm where weights are generated, else file.</summary>
    public string ProfileName => File is null ? Profile.ToString().ToLowerInvariant() : "file";

    /// <summary>The weights of a file.</summary>
    public static StartWeights OfFile(string path) => new(null, WeightProfile.Plain, path);

    /// <summary>Understands a command-line value.</summary>
    /// <exception cref="AlignException">It is malformed, or the file does not exist.</exception>
    public static StartWeights Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return System.IO.File.Exists(text)
                ? OfFile(text)
                : throw new AlignException($"--init {text}: no such file; it is a weight file or generator:SEED[:calm|:scratch]");
        }

        var parts = text[Prefix.Length..].Split(':');
        var profile = WeightProfile.Plain;
        if (
            parts.Length > 2
            || parts[0].Length == 0
            || !parts[0].All(char.IsAsciiDigit)
            || (parts.Length == 2 && (!parts[1].All(char.IsAsciiLetter) || !Enum.TryParse(parts[1], ignoreCase: true, out profile)))
        )
        {
            throw new AlignException(
                $"--init {text}: expected generator:SEED, generator:SEED:calm or generator:SEED:scratch, SEED a decimal number"
            );
        }

        return new(parts[0], profile, null);
    }

    /// <summary>Generates or reads the weights.</summary>
    /// <exception cref="AlignException">The file cannot be read, or is not exactly of this network.</exception>
    public NamedTensors For(NetworkOptions network)
    {
        using var shapes = new PPYoloNetwork(network);
        var entries = StateEntries.Of(shapes);
        if (File is null)
        {
            return GeneratedWeights.Create(Seed!, Profile, network).For(entries);
        }

        var weights = TensorFile.Read(File);
        if (NetworkState.Difference(entries, weights) is not { } difference)
        {
            ZeroWeights.Refuse(weights, File);
            return weights;
        }

        weights.Dispose();
        throw new AlignException(
            $"{File}: these are not the weights of the configuration's network: {difference}; check --config and the number of classes, "
                + $"turn weights of Paddle into those of PyTorch with ppyolo convert, or take over what fits with ppyolo train -c"
        );
    }
}
