using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Numpy;

/// <summary>How the elements of a NumPy array lie in its bytes.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The extents.</param>
/// <param name="Fortran">Whether the first index runs fastest.</param>
/// <param name="BigEndian">Whether the most significant byte of an element comes first.</param>
internal sealed record ArrayLayout(ElementType Type, long[] Shape, bool Fortran, bool BigEndian);
