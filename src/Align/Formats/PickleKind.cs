namespace PPYolo.Align.Formats;

/// <summary>What a <see cref="PickleValue"/> is.</summary>
public enum PickleKind
{
    /// <summary>Python's None.</summary>
    None,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>An integer.</summary>
    Int,

    /// <summary>A floating-point number.</summary>
    Float,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A byte string.</summary>
    Bytes,

    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>A set or frozenset; its items are given in the order of the file.</summary>
    Set,

    /// <summary>A dict or OrderedDict.</summary>
    Dict,

    /// <summary>A PyTorch tensor or parameter, a NumPy array or scalar.</summary>
    Tensor,

    /// <summary>Something that has a meaning in PyTorch or NumPy only, such as a dtype. It can be neither used nor written here.</summary>
    Other,
}
