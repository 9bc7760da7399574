/*
 * capa - what CAPA lists (RFC 2449, 3206, 5034, 6856), one line each.
 */
#ifndef POP3D_CAPA_H
#define POP3D_CAPA_H

#define CAPA_ALWAYS \
	"TOP\nUIDL\nRESP-CODES\nAUTH-RESP-CODE\nPIPELINING\nUTF8\n" \
	"EXPIRE NEVER\nIMPLEMENTATION pennypost\n"

/* These stay listed in TRANSACTION (RFC 2449 6.3, 5034 3). */
#define CAPA_LOGIN	"USER\nSASL PLAIN\n"

#endif
