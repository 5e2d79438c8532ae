using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats;

/// <summary>
/// A value of a checkpoint besides its named tensors, such as the state of an optimizer: numbers, strings, tensors, and lists and dicts of
/// these. Numbers, strings and tensors convert to it implicitly.
/// </summary>
public sealed class PickleValue
{
    internal PickleValue(PickleKind kind, object? content)
    {
        Kind = kind;
        Content = content;
    }

    /// <summary>Python's None.</summary>
    public static PickleValue None { get; } = new(PickleKind.None, null);

    /// <summary>What this is.</summary>
    public PickleKind Kind { get; internal set; }

    // A tensor's content is settled only when the whole file has been looked at.
    internal object? Content { get; set; }

    /// <summary>The value of a key of a dict.</summary>
    /// <exception cref="AlignException">This is no dict, or has no such key.</exception>
    public PickleValue this[PickleValue key] =>
        TryGet(key, out var value)
            ? value
            : throw new AlignException($"expected the key {key} in a dict, found only {Dictionary.Describe()}");

    /// <summary>A truth value.</summary>
    public static implicit operator PickleValue(bool value) => new(PickleKind.Bool, value);

    /// <summary>An integer.</summary>
    public static implicit operator PickleValue(long value) => new(PickleKind.Int, value);

    /// <summary>A floating-point number.</summary>
    public static implicit operator PickleValue(double value) => new(PickleKind.Float, value);

    /// <summary>A string.</summary>
    public static implicit operator PickleValue(string value) => new(PickleKind.Text, value);

    /// <summary>A tensor.</summary>
    public static implicit operator PickleValue(TensorData value) => new(PickleKind.Tensor, value);

    /// <summary>A list.</summary>
    public static PickleValue List(params IEnumerable<PickleValue> items) => new(PickleKind.List, items.ToList());

    /// <summary>A tuple.</summary>
    public static PickleValue Tuple(params IEnumerable<PickleValue> items) => new(PickleKind.Tuple, items.ToList());

    /// <summary>A dict; its keys are strings or numbers.</summary>
    /// <exception cref="AlignException">A key is something else.</exception>
    public static PickleValue Dict(params IEnumerable<(PickleValue Key, PickleValue Value)> entries)
    {
        var dictionary = new PickleDictionary();
        foreach (var (key, value) in entries)
        {
            dictionary.Set(key, value);
        }

        return new PickleValue(PickleKind.Dict, dictionary);
    }

    /// <summary>The truth value.</summary>
    /// <exception cref="AlignException">This is none.</exception>
    public bool AsBool() => Content is bool value ? value : throw Not("True or False");

    /// <summary>The integer.</summary>
    /// <exception cref="AlignException">This is none, or exceeds 64 bits.</exception>
    public long AsInt() => Content is long value ? value : throw Not("an integer of 64 bits");

    /// <summary>The number, also if it is an integer.</summary>
    /// <exception cref="AlignException">This is none.</exception>
    public double AsFloat() =>
        Content switch
        {
            double value => value,
            long value => value,
            BigInteger value => (double)value,
            _ => throw Not("a number"),
        };

    /// <summary>The string.</summary>
    /// <exception cref="AlignException">This is none.</exception>
    public string AsText()
    {
        if (Content is EncodedText encoded)
        {
            Content = encoded.Decode();
        }

        return Content as string ?? throw Not("a string");
    }

    /// <summary>The bytes of a byte string, valid for as long as its file is open.</summary>
    /// <exception cref="AlignException">This is none.</exception>
    public ReadOnlyMemory<byte> AsBytes() => Content is ByteSource bytes ? bytes.Memory(0, bytes.Length) : throw Not("bytes");

    /// <summary>The items of a list, tuple or set.</summary>
    /// <exception cref="AlignException">This is neither.</exception>
    public IReadOnlyList<PickleValue> AsList() => Content as List<PickleValue> ?? throw Not("a list or tuple");

    /// <summary>The entries of a dict in their order.</summary>
    /// <exception cref="AlignException">This is none.</exception>
    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> AsDict() => Dictionary.Entries;

    /// <summary>The tensor.</summary>
    /// <exception cref="AlignException">This is none.</exception>
    public TensorData AsTensor() => Content as TensorData ?? throw Not("a tensor");

    /// <summary>Looks a key of a dict up.</summary>
    /// <exception cref="AlignException">This is no dict.</exception>
    public bool TryGet(PickleValue key, [NotNullWhen(true)] out PickleValue? value) => Dictionary.TryGet(key, out value);

    /// <summary>The kind, and the value where it is short, for messages.</summary>
    public override string ToString() =>
        Content switch
        {
            bool value => value ? "True" : "False",
            long or BigInteger or double => FormattableString.Invariant($"{Content}"),
            string { Length: <= 60 } text => $"'{text}'",
            EncodedText { Length: <= 60 } => $"'{AsText()}'",
            TensorData tensor => $"a tensor, {tensor}",
            UnreadTensor tensor => $"{tensor}",
            _ => Kind switch
            {
                PickleKind.None => "None",
                PickleKind.Text => "a long string",
                PickleKind.Bytes => "bytes",
                PickleKind.Int => "an integer",
                PickleKind.Other => $"the {Content}",
                PickleKind.Tensor => "an array without content",
                _ => $"a {Kind.ToString().ToLowerInvariant()}",
            },
        };

    private PickleDictionary Dictionary => Content as PickleDictionary ?? throw Not("a dict");

    private AlignException Not(string expected) => new($"expected {expected}, found {this}");
}
