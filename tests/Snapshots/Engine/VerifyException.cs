/// <summary>
/// A snapshot is new, differs or is no longer produced. As in Verify the type is nobody's to catch: tests see an exception and its message.
/// It is in no namespace, as Verify's: tools know the message by the name that stands before it.
/// </summary>
#pragma warning disable CA1050, IDE0130, RCS1110 // What tools read has this name.
internal sealed class VerifyException(string message) : Exception(message);
#pragma warning restore CA1050, IDE0130, RCS1110
