/** Letters that NFKD leaves alone, each before the ASCII letter that it looks like. */
const PAIRS =
  // Cyrillic
  "аa вb еe єe іi јj кk мm нh оo пn рp сc тt уy хx ѕs һh ԁd ԛq ԝw ѵv үy ӏl ґr " +
  // Greek
  "αa βb γy εe ζz ηn ιi κk μu νv οo ρp σo ςc τt υu χx ωw ϲc ϳj " +
  // Armenian
  "ոn սu օo հh ցg զq յj " +
  // Latin with strokes, without dots, and turned
  "ıi ȷj ɑa ɡg ɩi øo đd ħh łl ŧt ƀb ǝe ɛe þp ðd ɯm ʋv ɾr ǀl " +
  // Latin small capitals
  "ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz";

const ASCII = new Map(PAIRS.split(" ").map(([letter = "", ascii = ""]) => [letter, ascii]));

const ASCII_REGEXP = /^[\0-\x7f]*$/;

/**
 * Folds letters to the small ASCII letters that they look like: full-width, mathematical, accented,
 * Cyrillic and Greek ones among others. A model reads `ѕуstеm` in Cyrillic letters as `system`.
 */
export function foldLookAlikes(text: string): string {
  const known = ASCII.get(text);
  if (known !== undefined) return known;
  if (ASCII_REGEXP.test(text)) return text.toLowerCase();
  const letters = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return letters.replace(/[^\0-\x7f]/gu, (letter) => ASCII.get(letter) ?? letter);
}
